"""Dates: business dates, months, periods. Nothing about money belongs here."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def business_date(instant: datetime, timezone: str) -> date:
    """Return the date on the wall of ``timezone`` at ``instant`` (aware)."""
    return instant.astimezone(ZoneInfo(timezone)).date()


def add_months(day: date, months: int) -> date:
    """Return ``day`` moved by whole months; the 31st becomes the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def each_day(first: date, end: date) -> Iterator[date]:
    """Yield the days of ``[first, end)``."""
    while first < end:
        yield first
        first += DAY


@dataclass(frozen=True, order=True)
class Period:
    """One month, quarter or year: ``[start, end)``; ``closing`` is the first day after the last
    covered one.
    """

    grain: str
    start: date
    end: date
    closing: date

    @property
    def is_complete(self) -> bool:
        """Whether the data cover the period to its end."""
        return self.closing == self.end


def start_of(grain: str, day: date) -> date:
    """Return the first day of the period of ``grain`` that holds ``day``."""
    width = MONTHS[grain]
    return date(day.year, (day.month - 1) // width * width + 1, 1)


def periods(grain: str, first: date, until: date) -> tuple[Period, ...]:
    """Return the periods of ``grain`` from the one that holds ``first`` to the one that holds
    ``until``.
    """
    found = []
    start = start_of(grain, first)
    while start <= until:
        end = add_months(start, MONTHS[grain])
        found.append(Period(grain, start, end, min(end, until + DAY)))
        start = end
    return tuple(found)
