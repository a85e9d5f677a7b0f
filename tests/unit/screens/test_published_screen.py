"""What the screen says of red lines after a run."""

from pathlib import Path

import duckdb

from dagster_project.screens.published import published_lines, published_now
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
    said = [text for text, _ in published_lines(paths) if text.startswith("red line")]
    assert said == [
        "red line crossed now: a_crossed (in 1 period, newest 2026-03)",
        "red line crossed before: b_before (in 1 period, last 2026-02)",
        "red line held: c_held",
        "red line unknown: d_unknown (the marts cannot say for the newest period)",
    ]


def test_a_source_that_goes_less_far_than_the_publication_is_said(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    with duckdb.connect() as con:
        con.execute(MARTS.format(paths.marts_db))
        con.execute(
            """
            create or replace table publication as
            select 1 as id, timestamp '2026-04-02 03:00:00' as built_at, date '2026-04-01' as until;
            create table source_coverage as
            from (values
                ('billing', date '2026-04-01', false), ('support', date '2026-03-03', true),
                ('usage', date '2026-03-31', false)
            ) as given (source, covered_until, is_stale)
            """
        )
    assert [text for text, _ in published_lines(paths) if "covered until" in text] == [
        "covered until 2026-04-01; what comes after is not known yet",
        "support is stale: covered until 2026-03-03; what rests on support closes no later period",
        "usage covered until 2026-03-31; what rests on usage closes no later period",
    ]


def test_what_the_publication_restates_is_said_with_the_command_that_says_why(
    tmp_path: Path,
) -> None:
    paths = WarehousePaths(tmp_path)
    with duckdb.connect() as con:
        con.execute(MARTS.format(paths.marts_db))
        con.execute(
            """
            create table restatements as
            select
                n // 2 as publication_id, 'mrr_closing' as metric, 'month' as grain,
                (date '2025-05-01' + to_months(n::int))::date as period_start, n / 10 as relative_change,
                'list prices' as also_changed
            from range(4) as numbers (n)
            """
        )
    assert [text for text, _ in published_lines(paths) if text.startswith("restated")] == [
        "restated: 2 published numbers of 2 finished periods (2025-07 to 2025-08); changed too: list prices;"
        " `ebbline why mrr_closing 2025-08` says why"
    ]


def test_programs_are_told_what_readers_see_instead_of_the_newest(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    paths.create()
    for number in (1, 2):
        (paths.publications / f"00000{number}.duckdb").touch()
    paths.hold.write_text("1\n")
    with duckdb.connect() as con:
        con.execute(MARTS.format(paths.marts_db))
        con.execute(
            """
            create or replace table red_line_status as
            select 'r' as rule, date '2026-03-01' as period, 'all' as segment, 1.0 as value, 2.0 as line,
                'clear' as status, true as is_latest
            """
        )
    now = published_now(paths)
    assert now is not None
    assert (now.id, now.newest_id, now.is_held, now.as_of) == (1, 2, True, None)
