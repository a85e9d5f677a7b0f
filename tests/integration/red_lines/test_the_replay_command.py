"""``ebbline replay`` as people call it: what it answers, how it ends, and that it leaves no trace."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from dagster_project.warehouse.paths import WarehousePaths

RATES = {"2026-01": 0.2, "2026-02": 0.05, "2026-03": 0.12}
DEFAULTS = ("lost_above_new", "ltv_falling", "churn_above", "downgrades_above_upgrades")


@pytest.fixture
def published(tmp_path: Path) -> WarehousePaths:
    """Three months of a published churn mart, of which two crossed 10 %."""
    paths = WarehousePaths(tmp_path / "warehouse")
    paths.create()
    with duckdb.connect() as con:
        con.execute(f"attach '{paths.marts_db}' as published")
        con.execute("create schema published.marts")
        con.execute("use published.marts")
        con.execute("create table publication as select 7 as id, date '2026-03-31' as until")
        con.execute(
            """
            create table mart_churn_periods as
            select 'month' as grain, strptime(month || '-01', '%Y-%m-%d')::date as period_start,
                (period_start + interval 1 month)::date as period_end, true as is_complete,
                'all' as dimension, 'all' as member, 100 as customers_opening,
                1 as customers_lost, 5 as customers_new, rate as churn_rate,
                3 as upgrades, 1 as downgrades, 900.00::decimal(18, 2) as ltv
            from (select unnest(?::varchar[]) as month, unnest(?::double[]) as rate)
            """,
            [list(RATES), list(RATES.values())],
        )
        con.execute("use memory")
    return paths


def replay(
    paths: WarehousePaths, *arguments: str, red_lines: object = "default"
) -> subprocess.CompletedProcess[str]:
    settings = paths.root.parent / "ebbline.yml"
    settings.write_text(
        yaml.safe_dump(
            {
                "sources": {"billing": {"format": "stripe", "path": "nowhere"}},
                "warehouse": str(paths.root),
                "red_lines": red_lines,
            }
        ),
        encoding="utf-8",
    )
    return subprocess.run(
        [
            *(sys.executable, "-m", "dagster_project.cli", "replay", *arguments),
            *("--config", str(settings)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_screen_tells_of_each_incident_and_of_messages_in_all(
    published: WarehousePaths,
) -> None:
    answer = replay(published, "churn_above")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines() == [
        "red lines replayed over publication 7: 2026-01 to 2026-03 (3 months)",
        "churn_above (page): churn rate above 10 %",
        "  all: 2 months crossed, 1 clear, 0 unknown",
        "    2026-01: 1 month, worst 20 % against 10 % (2026-01), resolved in 2026-02, 2 messages",
        "    2026-03: 1 month, worst 12 % against 10 % (2026-03), still open, 1 message",
        "what came of them",
        "  red line     segment  by figures of  fired  messages  came true  periods early  false alarms"
        "  too young  missed  by chance",
        "  churn_above  all      today              2         3          -              -             -"
        "          -       -          -",
        "  came true: damage in the same period or within 3; damage: the worst fifth of them by MRR lost, "
        "for purchases by their fall",
        "  churn_above, 2026-01 to 2026-03",
        "    churn rate               █▁▄",
        "    opened, by today         ▲·▲",
        "3 messages would have been sent, 1 a month; 3 pages among them, 1 a month",
        "what was published at the time is not known: these are today's figures",
        "nothing was written and nothing was sent",
    ]


def test_a_line_edited_in_the_settings_is_replayed_as_it_is_now(published: WarehousePaths) -> None:
    edited = [{"rule": "churn_above", "line": 0.15}]
    answer = replay(published, "churn_above", "--format", "json", red_lines=edited)
    document = json.loads(answer.stdout)
    assert [one["incident_id"] for one in document["lines"][0]["incidents"]] == [
        "churn_above/all/2026-01"
    ]


def test_a_rule_that_is_turned_off_can_be_tried_by_name(published: WarehousePaths) -> None:
    tried = {
        "name": "any_loss", "description": "Somebody was lost.", "metric": "customers_lost",
        "when": "at_least", "line": 1, "remind_every": 1, "enabled": False,
    }  # fmt: skip
    answer = replay(published, "any_loss", "--since", "2026-02", red_lines=[tried])
    assert (
        "    2026-01 to 2026-03: 3 months, opened in 2026-02, worst 1 against 1 (2026-01),"
        " still open, 2 messages" in answer.stdout.splitlines()
    ), answer.stdout


def test_the_csv_counts_every_period_of_every_line_once(published: WarehousePaths) -> None:
    rows = list(csv.DictReader(io.StringIO(replay(published, "--format", "csv").stdout)))
    counted = {
        rule: sum(
            int(row[word] or 0)
            for row in rows
            for word in ("crossed", "clear", "unknown")
            if row["rule"] == rule
        )
        for rule in DEFAULTS
    }
    assert counted == dict.fromkeys(DEFAULTS, 3)


def test_beside_csv_and_json_the_totals_and_limits_are_said(published: WarehousePaths) -> None:
    said = replay(published, "--format", "csv").stderr
    assert ("3 messages would have been sent" in said, "today's figures" in said) == (True, True)


def test_an_unknown_red_line_ends_1_and_lists_those_there_are(published: WarehousePaths) -> None:
    answer = replay(published, "churn")
    assert (answer.returncode, [name for name in DEFAULTS if name not in answer.stderr]) == (1, [])


def test_without_a_publication_the_command_says_so(tmp_path: Path) -> None:
    answer = replay(WarehousePaths(tmp_path / "warehouse"))
    assert (answer.returncode, "nothing has been published yet" in answer.stderr) == (1, True)


def test_a_replay_leaves_the_warehouse_folder_as_it_was(published: WarehousePaths) -> None:
    def state() -> dict[Path, tuple[int, int]]:
        files = (file for file in published.root.rglob("*") if file.is_file())
        return {file: (file.stat().st_mtime_ns, file.stat().st_size) for file in files}

    before = state()
    assert replay(published).returncode == 0
    assert state() == before
