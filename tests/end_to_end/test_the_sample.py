"""`make run` on the committed sample, as a new user meets it."""

import json
import stat
from pathlib import Path

import duckdb
import pytest
import yaml

from dagster_project import red_lines
from dagster_project.config import Settings
from dagster_project.warehouse.serving import open_marts
from tests.end_to_end.command import Ebbline, Ended
from tests.end_to_end.truth import disagreements
from tests.sample import SAMPLE, SETTINGS, WholeRun


@pytest.fixture(scope="module")
def first(whole_sample: WholeRun) -> Ended:
    return whole_sample.ended


@pytest.fixture(scope="module")
def warehouse(whole_sample: WholeRun) -> Path:
    return whole_sample.paths.root


@pytest.fixture(scope="module")
def again(whole_sample: WholeRun, tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """The same warehouse, run again after the publication in it."""
    return whole_sample.copied_to(tmp_path_factory.mktemp("again"))


@pytest.fixture(scope="module")
def published_once(again: WholeRun) -> tuple[bytes, int]:
    file = again.paths.marts_db
    return file.read_bytes(), file.stat().st_mtime_ns


@pytest.fixture(scope="module")
def second(ebbline: Ebbline, again: WholeRun, published_once: tuple[bytes, int]) -> Ended:
    return ebbline("run", "--config", again.config)


def test_it_ends_well(first: Ended) -> None:
    assert first.code == 0, first.screen


@pytest.mark.parametrize(
    "said",
    [
        "publication 1 is out",
        "months covered: 2024-05 to 2026-10 (30)",
        "red line crossed now",
        "red line crossed before",
        "marts.duckdb",
        "report/index.html",
        "quarantined",
    ],
)
def test_the_screen_says_what_happened_and_where_it_lies(first: Ended, said: str) -> None:
    assert said in first.screen


def test_every_published_table_and_column_says_what_it_means(first: Ended, warehouse: Path) -> None:
    with duckdb.connect(str(warehouse / "marts.duckdb"), read_only=True) as con:
        silent = con.execute(
            "select table_name, '' from duckdb_tables() where comment is null"
            " union all select view_name, '' from duckdb_views() where not internal and comment is null"
            " union all select table_name, column_name from duckdb_columns()"
            " where not internal and comment is null"
        ).fetchall()
    assert silent == []


def test_every_figure_is_the_truth_to_the_cent(first: Ended, warehouse: Path) -> None:
    truth = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    assert disagreements(truth, warehouse / "marts.duckdb") == []


def test_no_guard_warns_or_refuses(first: Ended, warehouse: Path) -> None:
    with open_marts(warehouse / "marts.duckdb") as con:
        alarms = con.execute(
            "select guard, detail, examples from mart_reconciliation where status in ('warned', 'refused')"
        ).fetchall()
    assert alarms == []


def test_money_reconciles_in_every_row(first: Ended, warehouse: Path) -> None:
    with open_marts(warehouse / "marts.duckdb") as con:
        rows = con.execute(
            "select count(*), count(*) filter (where mrr_opening + mrr_new + mrr_reactivation"
            " + mrr_expansion - mrr_contraction - mrr_churn + fx + transfer_in - transfer_out"
            " <> mrr_closing) from mart_revenue_periods"
        ).fetchone()
    assert rows is not None
    assert rows[0] > 1000
    assert rows[1] == 0


def test_at_least_one_red_line_is_crossed_in_some_months_and_not_in_others(
    first: Ended, warehouse: Path
) -> None:
    with open_marts(warehouse / "marts.duckdb") as con:
        crossed = con.execute(
            "select rule from red_line_status group by rule"
            " having bool_or(breached) and not bool_and(breached)"
        ).fetchall()
    assert crossed


def test_a_replay_of_the_newest_month_agrees_with_what_the_run_published(
    first: Ended, warehouse: Path
) -> None:
    rules = red_lines.load_rules(Settings.model_validate(yaml.safe_load(SETTINGS)))
    with open_marts(warehouse / "marts.duckdb") as con:
        (newest,) = con.execute("select max(period) from red_line_status").fetchall()[0]
        statuses = con.execute(
            "select rule, segment, value, line, breached, running, detail from red_line_status"
            " where is_latest and period = ? order by rule, segment",
            [newest],
        ).fetchall()
        incidents = con.execute(
            "select incident_id, state, since, opened_period, last_period, periods, value, line"
            " from alert_incidents order by incident_id"
        ).fetchall()
        found = red_lines.replay(con, rules, since=newest)
    judged = [
        (s.rule.name, str(s.segment), s.value, s.line, s.breached, s.running, s.detail)
        for line in found.lines
        for s in line.statuses
    ]
    would_be = [
        (
            *(one.incident_id, one.state, one.since, one.opened_period, one.last_period),
            *(one.periods, one.value, one.line),
        )
        for line in found.lines
        for one in (replayed.incident for replayed in line.incidents)
    ]
    assert incidents
    assert (sorted(judged), sorted(would_be)) == (statuses, incidents)


def test_dbt_took_the_project_as_it_was_parsed(first: Ended, whole_sample: WholeRun) -> None:
    written = {file.name for file in (whole_sample.paths.dbt_target / "run").iterdir()}
    assert "run_results.json" in written
    assert "partial_parse.msgpack" not in written, "dbt writes it after it parsed by itself"


def test_the_raw_rows_are_for_their_owner_and_the_marts_for_everybody(
    first: Ended, warehouse: Path
) -> None:
    modes = [
        stat.S_IMODE((warehouse / name).stat().st_mode)
        for name in ("warehouse.duckdb", "marts.duckdb", "report/index.html")
    ]
    assert modes == [0o600, 0o444, 0o444]


def test_the_report_opens_without_a_network(first: Ended, warehouse: Path) -> None:
    page = (warehouse / "report" / "index.html").read_text(encoding="utf-8")
    assert "<html" in page
    assert 'src="http' not in page
    assert "@import" not in page


def test_data_docs_are_built(first: Ended, warehouse: Path) -> None:
    assert list((warehouse / "data_docs").rglob("*.html"))


def test_the_report_links_the_data_docs(first: Ended, warehouse: Path) -> None:
    page = warehouse / "report" / "index.html"
    assert 'href="../data_docs/index.html"' in page.read_text(encoding="utf-8")
    assert (page.parent / "../data_docs/index.html").is_file()


def test_running_again_changes_nothing_and_says_so(
    second: Ended, again: WholeRun, published_once: tuple[bytes, int]
) -> None:
    assert second.code == 0, second.screen
    assert "nothing changed" in second.screen
    file = again.paths.marts_db
    assert (file.read_bytes(), file.stat().st_mtime_ns) == published_once


def test_running_again_reads_no_file_again(second: Ended, again: WholeRun) -> None:
    with duckdb.connect(str(again.paths.warehouse_db), read_only=True) as con:
        read_twice = con.execute(
            "select file_name, table_name from raw.loads where outcome = 'loaded'"
            " group by all having count(*) > 1"
        ).fetchall()
    assert read_twice == []
