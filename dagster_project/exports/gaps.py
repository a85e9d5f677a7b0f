"""Holes in what was delivered: a month without rows between others, a table that falls to a tenth of its usual rows.

Reads ``raw``; writes nothing. What is covered at all is ``coverage.py``'s business: nothing after that is a hole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Literal

import duckdb

from dagster_project.exports.contract import TABLES
from dagster_project.exports.coverage import RECORDED_AT, has_raw_columns
from dagster_project.plural import counted
from dagster_project.warehouse.published_coverage import Coverage
from dagster_project.warehouse.quoting import quote_identifier

# Below a tenth of the usual rows something is missing; below these many usual rows, chance alone may do it.
_FALLEN_TO = 0.1
_LEAST_USUAL = {"month": 20, "week": 20}
# What is billed comes as regularly as customers pay; tickets, ratings and contacts come by chance.
_LEAST_USUAL_FOR_NONE = {"billing": 5, "support": 10, "usage": 5}
# Up to so many rows things are counted one by one; beyond, about.
_COUNTED_EXACTLY = 1_000_000
_MONTHS_BEFORE, _MONTHS_AROUND, _WEEKS_BEFORE, _YEAR = 6, 3, 8, 12
# Sign-ups may end while business goes on: a panel of buyers who all joined in one quarter has no hole after it.
_MAY_END = frozenset(["customers"])

Unit = Literal["month", "week"]


@dataclass(frozen=True)
class Gap:
    """A time for which a table holds far fewer rows than is usual around it.

    :param first: first day of the first month or week of it.
    :param last: last day of the last one.
    :param rows: rows of that time.
    :param usual: rows usual for one such month or week.
    """

    source: str
    table: str
    unit: Unit
    first: date
    last: date
    rows: int
    usual: int

    @property
    def detail(self) -> str:
        """The gap in words."""
        when = (
            f"{self.first:%Y-%m}"
            if self.unit == "month"
            and (self.first.year, self.first.month) == (self.last.year, self.last.month)
            else f"{self.first:%Y-%m} to {self.last:%Y-%m}"
            if self.unit == "month"
            else f"{self.first} to {self.last}"
        )
        brought = counted(self.rows, "row") if self.rows else "no row"
        return f"{self.source}: {self.table} has {brought} for {when}; usual are {self.usual:,} a {self.unit}"


def find_gaps(con: duckdb.DuckDBPyConnection, coverage: Coverage, *, zone: str) -> tuple[Gap, ...]:
    """Return the holes of every source, by source, table and time; months that lasts are not told of as a week too.

    :param con: the working database.
    :param zone: the zone in which an instant becomes a date.
    """
    found: list[Gap] = []
    for source in coverage.sources:
        last = min(source.covered_until or coverage.until, coverage.until)
        for table, column in RECORDED_AT[source.source].items():
            if not has_raw_columns(con, table, (column, *TABLES[table].key)):
                continue
            by_day = _rows_by_day(con, table, column, zone=zone, last=last)
            if by_day:
                months = _months(source.source, table, by_day, last)
                lasts = any(gap.last + timedelta(days=31) > last for gap in months)
                found += (
                    months if lasts else [*months, *_last_week(source.source, table, by_day, last)]
                )
    return tuple(found)


def _rows_by_day(
    con: duckdb.DuckDBPyConnection, table: str, column: str, *, zone: str, last: date
) -> dict[date, int]:
    """Return how many things of a table happened on each day; versions of one thing count once."""
    key = ", ".join(quote_identifier(name) for name in TABLES[table].key)
    name = f"raw.{quote_identifier(table)}"
    size = con.execute(f"select count(*) from {name}").fetchone()
    is_large = size is not None and size[0] > _COUNTED_EXACTLY
    things = f"approx_count_distinct(hash({key}))" if is_large else f"count(distinct hash({key}))"
    rows = con.execute(
        f"""
        select ({quote_identifier(column)} at time zone $zone)::date as day,
            {things}
        from {name}
        where {quote_identifier(column)} is not null group by day having day <= $last
        """,
        {"zone": zone, "last": last},
    ).fetchall()
    return {day: int(count) for day, count in rows}


def _months(source: str, table: str, by_day: dict[date, int], last: date) -> list[Gap]:
    """Return the runs of months that are far below those around them."""
    months = _whole_months(min(by_day), last)
    rows = dict.fromkeys(months, 0)
    for day, count in by_day.items():
        if day.replace(day=1) in rows:
            rows[day.replace(day=1)] += count
    gaps: list[Gap] = []
    for first, after in _fallen_runs([rows[month] for month in months], source):
        if after == len(months) and table in _MAY_END:
            continue
        usual = _usual_around(list(rows.values()), first, after)
        found = sum(rows[month] for month in months[first:after])
        end = _next(months[after - 1]) - timedelta(days=1)
        gaps.append(Gap(source, table, "month", months[first], end, found, usual))
    return gaps


def _fallen_runs(counts: Sequence[int], source: str) -> Iterator[tuple[int, int]]:
    """Yield each run of fallen months: its first place, and the one after it.

    A run that ends lies between months as usual. One that lasts to the end has but those before it to be held against,
    and these must be several: what a history begins with (an import, a launch) is usual of nothing.
    """
    normal: list[int] = []
    place = 0
    while place < len(counts):
        if not normal or not _is_fallen(counts[place], _middle(normal), "month", source):
            normal.append(counts[place])
            place += 1
            continue
        first = place
        while place < len(counts) and _is_fallen(counts[place], _middle(normal), "month", source):
            place += 1
        # The first month is seldom whole: nobody's history begins on a first.
        is_known = place < len(counts) or len(normal) > _MONTHS_AROUND
        if is_known and not _is_season(counts, first, place, source):
            yield first, place


def _middle(normal: Sequence[int]) -> int:
    return int(median(normal[-_MONTHS_BEFORE:]))


def _usual_around(counts: Sequence[int], first: int, after: int) -> int:
    """Return what is usual around a run; before it, where it lasts to the end."""
    before = counts[max(0, first - _MONTHS_AROUND) : first]
    behind = counts[after : after + _MONTHS_AROUND]
    return int(
        median([*before, *behind] if behind else counts[max(0, first - _MONTHS_BEFORE) : first])
    )


def _is_season(counts: Sequence[int], first: int, after: int, source: str) -> bool:
    """Whether all of these months were as low a year before, beside others that were not: a business of one season."""
    if first < _YEAR:
        return False
    year_before = counts[first - _YEAR : after - _YEAR]
    usual = _usual_around(counts, first, after)
    return all(_is_fallen(count, usual, "month", source) for count in year_before)


def _last_week(source: str, table: str, by_day: dict[date, int], last: date) -> list[Gap]:
    """Return the seven days up to ``last`` where they are far below the eight weeks before."""
    if table in _MAY_END:
        return []
    weeks = [
        sum(by_day.get(last - timedelta(days=7 * week + day), 0) for day in range(7))
        for week in range(_WEEKS_BEFORE + 1)
    ]
    usual = int(median(weeks[1:]))
    if not _is_fallen(weeks[0], usual, "week", source):
        return []
    return [Gap(source, table, "week", last - timedelta(days=6), last, weeks[0], usual)]


def _is_fallen(count: int, usual: int, unit: Unit, source: str) -> bool:
    if count == 0:
        return usual >= _LEAST_USUAL_FOR_NONE[source]
    return usual >= _LEAST_USUAL[unit] and count < usual * _FALLEN_TO


def _whole_months(first: date, last: date) -> Sequence[date]:
    month, months = first.replace(day=1), []
    while _next(month) - timedelta(days=1) <= last:
        months.append(month)
        month = _next(month)
    return months


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
