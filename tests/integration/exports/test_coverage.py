"""What the exports cover: a stalled export closes no month, a file that comes again unchanged is fresh."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.errors import EbblineError
from dagster_project.exports.coverage import (
    covered_until,
    read_coverage,
    refuse_unknown_past,
)
from dagster_project.exports.gaps import find_gaps
from dagster_project.warehouse.published_coverage import (
    PublishedSource,
    read_published,
    write_coverage,
)

Load = Callable[..., Any]
STALLED, LATER = datetime(2026, 11, 3, 3, tzinfo=UTC), datetime(2026, 12, 20, 3, tzinfo=UTC)
CUSTOMERS = "customer_id,created_at\nc1,2026-10-01T00:00:00Z\n"


def settings(landing: Path, **calendar: Any) -> Settings:
    return Settings.model_validate(
        {"sources": {"billing": {"path": str(landing)}}, "calendar": calendar}
    )


def write(file: Path, text: str, written_at: datetime) -> None:
    file.write_text(text)
    os.utime(file, (written_at.timestamp(), written_at.timestamp()))


@pytest.fixture
def stalled(landing: Path, load: Load) -> Path:
    """A landing folder whose only export was made and read on 3 November."""
    write(landing / "customers.csv", CUSTOMERS, STALLED - timedelta(hours=1))
    load(now=STALLED)
    return landing


def test_a_stalled_export_covers_nothing_after_the_day_it_was_made(
    stalled: Path, con: duckdb.DuckDBPyConnection
) -> None:
    until = [
        covered_until(con, settings(stalled), FixedClock(day))
        for day in (STALLED, STALLED + timedelta(days=1), LATER)
    ]
    assert until == [date(2026, 11, 2)] * 3


def test_reading_the_same_file_again_makes_it_no_fresher(
    stalled: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    load(now=LATER)
    assert covered_until(con, settings(stalled), FixedClock(LATER)) == date(2026, 11, 2)


def test_a_file_delivered_again_without_a_change_is_fresh(
    stalled: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    write(stalled / "customers.csv", CUSTOMERS, LATER - timedelta(hours=1))
    (again,) = load(now=LATER).files
    fresh = covered_until(con, settings(stalled), FixedClock(LATER))
    assert (again.outcome, fresh) == ("unchanged", date(2026, 12, 19))


def test_a_finished_data_set_is_covered_to_its_day_and_never_stale(
    stalled: Path, con: duckdb.DuckDBPyConnection
) -> None:
    finished = settings(stalled, until="2026-11-30")
    coverage = read_coverage(con, finished, FixedClock(LATER))
    assert (coverage.until, coverage.stale) == (date(2026, 11, 30), ())


@pytest.mark.parametrize("until", ["1998-06-30", "2026-11-30"])
def test_a_source_of_a_finished_data_set_is_published_as_covered_to_that_day(
    stalled: Path, con: duckdb.DuckDBPyConnection, until: str
) -> None:
    """Neither to the day of its file, nor behind what the settings say is whole."""
    finished = read_coverage(con, settings(stalled, until=until), FixedClock(LATER))
    con.execute("attach ':memory:' as published")
    write_coverage(con, "published", finished)
    (source,) = read_published(con, "published")
    assert source == PublishedSource("billing", date.fromisoformat(until), is_stale=False)


def test_a_stale_source_says_since_when_and_by_which_file(
    stalled: Path, con: duckdb.DuckDBPyConnection
) -> None:
    given, clock = settings(stalled), FixedClock(LATER)
    (stale,) = read_coverage(con, given, clock).stale
    assert stale.detail == (
        "the newest billing export speaks of the time until 2026-11-02 (customers.csv); 47 days ago, "
        "sources.billing.max_age is 3 days"
    )


@pytest.mark.parametrize(("hours", "stale"), [(72, 0), (73, 1)])
def test_exactly_max_age_is_not_stale(
    stalled: Path, con: duckdb.DuckDBPyConnection, hours: int, stale: int
) -> None:
    given, clock = settings(stalled), FixedClock(STALLED + timedelta(hours=hours - 1))
    assert len(read_coverage(con, given, clock).stale) == stale


def test_as_of_asks_what_had_been_delivered_by_then(
    stalled: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    write(stalled / "customers.csv", CUSTOMERS, LATER)
    load(now=LATER)
    then = settings(stalled).model_copy(update={"as_of": date(2026, 11, 20)})
    assert covered_until(con, then, FixedClock(LATER)) == date(2026, 11, 2)


@pytest.mark.parametrize(("day", "known"), [("2026-11-02", False), ("2026-11-03", True)])
def test_as_of_a_day_before_the_first_load_is_answered_in_one_sentence(
    stalled: Path, con: duckdb.DuckDBPyConnection, day: str, known: bool
) -> None:
    then = settings(stalled).model_copy(update={"as_of": date.fromisoformat(day)})
    said = ""
    try:
        refuse_unknown_past(con, then)
    except EbblineError as error:
        said = error.what
    expected = f"nothing was known on {day}: the first export was loaded on 2026-11-03"
    assert said == ("" if known else expected)


def test_a_refused_file_covers_nothing(
    stalled: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    write(stalled / "plans-2026-12-19.csv", "no header of ours\n", LATER)
    assert load(now=LATER).refused
    assert covered_until(con, settings(stalled), FixedClock(LATER)) == date(2026, 11, 2)


def test_a_copy_with_an_old_time_of_change_covers_what_its_records_show(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    text = CUSTOMERS + "c2,2026-11-01T12:00:00Z\n"
    write(landing / "customers.csv", text, datetime(2020, 1, 1, tzinfo=UTC))
    load(now=LATER)
    assert covered_until(con, settings(landing), FixedClock(LATER)) == date(2026, 10, 31)


def orders(first: date, days: int, without: Callable[[date], bool]) -> str:
    lines = ["order_id,customer_id,ordered_at,amount,currency"]
    for n in range(days):
        day = first + timedelta(days=n)
        if not without(day):
            lines += [f"o{n}-{i},c1,{day}T10:00:00Z,5,USD" for i in range(3)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("without", "found"),
    [
        (lambda day: False, []),
        (
            lambda day: day.month == 3,
            ["billing: orders has no row for 2026-03; usual are 91 a month"],
        ),
        (
            lambda day: day.month in (3, 4),
            ["billing: orders has no row for 2026-03 to 2026-04; usual are 93 a month"],
        ),
        (
            lambda day: day.month == 3 and day.day > 2,
            ["billing: orders has 6 rows for 2026-03; usual are 91 a month"],
        ),
        (
            lambda day: day >= date(2026, 7, 4),
            ["billing: orders has no row for 2026-07-04 to 2026-07-10; usual are 21 a week"],
        ),
    ],
    ids=["none", "a month", "two months", "a tenth", "the last week"],
)
def test_a_hole_inside_is_found_and_named(
    landing: Path,
    load: Load,
    con: duckdb.DuckDBPyConnection,
    without: Callable[[date], bool],
    found: list[str],
) -> None:
    now = datetime(2026, 7, 11, 3, tzinfo=UTC)
    write(landing / "orders.csv", orders(date(2025, 11, 1), 252, without), now)
    load(now=now)
    coverage = read_coverage(con, settings(landing), FixedClock(now))
    assert [gap.detail for gap in find_gaps(con, coverage, zone="UTC")] == found


def dated(table: str, counts: list[int]) -> str:
    """Return a file with so many rows in each month, the first of which is January 2024."""
    head, rest = {
        "customers": ("customer_id,created_at", ""),
        "orders": ("order_id,customer_id,ordered_at,amount,currency", ",5,USD"),
    }[table]
    lines = [head]
    for month, count in enumerate(counts):
        for n in range(count):
            day = date(2024 + month // 12, month % 12 + 1, n % 27 + 1)
            owner = ",c1" if table == "orders" else ""
            lines.append(f"{table}-{month}-{n}{owner},{day}T10:00:00Z{rest}")
    return "\n".join(lines) + "\n"


YEAR_OF_A_SEASON = [2, 1, 0, 2, 1, 0, 2, 1, 0, 60, 90, 80]


@pytest.mark.parametrize(
    ("table", "counts", "found"),
    [
        ("customers", [900, 700, 800, 30, 0, 0, 0, 0, 0], []),
        ("customers", [90, 70, 80, 0, 60, 70], ["customers has no row for 2024-04; usual are 70 a month"]),
        ("customers", [90, 2, 80], ["customers has 2 rows for 2024-02; usual are 85 a month"]),
        ("orders", [800, 1200, 1100, 400, 300, 250, 200, 180, 170, 160], []),
        ("orders", [5000, 30, 40, 30, 35, 30, 32], []),
        ("orders", [60, 70, 60, 70, 60, 3], ["orders has 3 rows for 2024-06; usual are 60 a month"]),
        (
            "orders",
            [60, 70, 60, 0, 0, 0, 0, 70, 60],
            ["orders has no row for 2024-04 to 2024-07; usual are 60 a month"],
        ),
        (
            "orders",
            [60, 90, 80, *YEAR_OF_A_SEASON, *YEAR_OF_A_SEASON],
            ["orders has 9 rows for 2024-04 to 2024-12; usual are 80 a month"],
        ),
    ],
    ids=[
        "a panel that joined in one quarter",
        "a month of sign-ups that is missing",
        "one month between two",
        "orders that dwindle",
        "an import",
        "a fall at the end",
        "four months",
        "a season, told once",
    ],
)  # fmt: skip
def test_what_ends_or_dwindles_is_no_hole_and_what_comes_back_is(
    landing: Path,
    load: Load,
    con: duckdb.DuckDBPyConnection,
    table: str,
    counts: list[int],
    found: list[str],
) -> None:
    now = datetime(2024 + len(counts) // 12, len(counts) % 12 + 1, 1, 3, tzinfo=UTC)
    write(landing / f"{table}.csv", dated(table, counts), now)
    load(now=now)
    coverage = read_coverage(con, settings(landing), FixedClock(now))
    gaps = find_gaps(con, coverage, zone="UTC")
    assert [gap.detail for gap in gaps if gap.unit == "month"] == [
        f"billing: {one}" for one in found
    ]
