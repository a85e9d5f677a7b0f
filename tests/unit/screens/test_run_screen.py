"""What the screen says after a run: of its inputs, of its checks and of red lines."""

from pathlib import Path

import duckdb

from dagster_project.errors import ExitCode
from dagster_project.pipeline import FailedCheck, RunOutcome
from dagster_project.screens.run import outcome_lines, standing_lines
from dagster_project.warehouse.paths import WarehousePaths

MARTS = """
attach '{}' as published; use published; create schema marts; use published.marts;
create table publication as select 1 as id, timestamp '2026-04-02 03:00:00' as built_at;
create table mart_revenue_periods as select 'month' as grain, date '2026-03-01' as period_start;
create table red_line_status as
from (values
    ('a_crossed', date '2026-03-01', true),
    ('b_before', date '2026-02-01', true), ('b_before', date '2026-03-01', false),
    ('c_held', date '2026-03-01', false),
    ('d_unknown', date '2026-02-01', false), ('d_unknown', date '2026-03-01', null)
) as given (rule, period, breached)
"""


def test_a_red_line_is_crossed_held_or_unknown_and_unknown_is_not_held(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    with duckdb.connect() as con:
        con.execute(MARTS.format(paths.marts_db))
    said = [text for text, _ in standing_lines(paths) if text.startswith("red line")]
    assert said == [
        "red line crossed now: a_crossed (in 1 periods, newest 2026-03)",
        "red line crossed before: b_before (in 1 periods, last 2026-02)",
        "red line held: c_held",
        "red line unknown: d_unknown (the marts cannot say for the newest period)",
    ]


def _said(outcome: RunOutcome, folder: Path) -> list[tuple[str, str | None]]:
    return list(outcome_lines(outcome, WarehousePaths(folder)))


def test_every_refused_file_is_said_to_be_refused(tmp_path: Path) -> None:
    outcome = RunOutcome(ExitCode.INPUT_REFUSED, refused_files=("a.csv: one", "b.csv: two"))
    said = [text for text, style in _said(outcome, tmp_path) if style == "red"]
    assert said == ["refused: a.csv: one", "refused: b.csv: two"]


def test_every_empty_folder_is_named(tmp_path: Path) -> None:
    outcome = RunOutcome(ExitCode.PUBLISHED, empty_folders=("/in/support", "/in/usage"))
    said = [text for text, style in _said(outcome, tmp_path) if style == "yellow"]
    assert said == ["no files in /in/support", "no files in /in/usage"]


def test_a_failed_check_shows_its_first_rows_and_leads_to_its_page(tmp_path: Path) -> None:
    page = tmp_path / "data_docs" / "validations" / "raw__plans.html"
    check = FailedCheck(
        asset="raw/plans",
        check="prices_are_not_negative",
        critical=True,
        suite="raw__plans",
        message="6 of 9 rows break it.",
        observed="6 of 9 rows break it",
        failing_rows=tuple({"plan_id": f"p{n}"} for n in range(6)),
        docs_page=str(page),
    )
    said = [
        text
        for text, _ in _said(RunOutcome(ExitCode.NOT_PUBLISHED, failed_checks=(check,)), tmp_path)
    ]
    assert said[0].startswith("critical: suite raw__plans, expectation prices_are_not_negative")
    assert said[2:7] == [f"  row: plan_id=p{n}" for n in range(5)]
    assert said[7].startswith("  ... and more")
    assert said[8] == f"  page: {page}"
