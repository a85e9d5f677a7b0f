"""Up to which day an export can speak: by the date in its name, else by when it was delivered.

An export says nothing of a day that was not over when it was made. No SQL, and no clock of its own.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_ONE_DAY = timedelta(days=1)
# A day, perhaps with a time of day behind it: 2026-11-03, 20261103T0315, 20261103-031500.
_DAY = re.compile(
    r"(?<!\d)(20\d{2})[-_.]?(\d{2})[-_.]?(\d{2})(T\d{2}[\d:._-]*|[-_ ]?\d{6}(?![\d-]))?(?!\d)"
)
_MONTH = re.compile(r"(?<!\d)(20\d{2})[-_](0[1-9]|1[0-2])(?![-_.]?\d)")


@dataclass(frozen=True)
class NamedSpan:
    """The days that a file's name speaks of; ``is_instant`` where a time of day stands behind the date."""

    first: date
    last: date
    is_instant: bool = False


def named_span(file_name: str) -> NamedSpan | None:
    """Return the latest day or month in a file's name; None where there is none."""
    found = []
    for match in _DAY.finditer(file_name):
        try:
            day = date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            continue
        found.append(NamedSpan(day, day, is_instant=bool(match[4])))
    for match in _MONTH.finditer(file_name):
        year, month = int(match[1]), int(match[2])
        found.append(NamedSpan(date(year, month, 1), date(year, month, monthrange(year, month)[1])))
    return max(found, key=lambda span: (span.last, span.first), default=None)


_CLOCK = re.compile(r"(\d{2})\D?(\d{2})(?:\D?(\d{2}))?")


def named_instant(file_name: str, zone: str) -> datetime | None:
    """Return the latest instant in a file's name, to tell which of two exports is the newer; None without a date."""
    here, found = ZoneInfo(zone), []
    for match in _DAY.finditer(file_name):
        try:
            named = datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=here)
        except ValueError:
            continue
        clock = _CLOCK.search(match[4]) if match[4] else None
        if clock is not None:
            hour, minute, second = (int(part or 0) for part in clock.groups())
            if hour < 24 and minute < 60 and second < 60:
                named = named.replace(hour=hour, minute=minute, second=second)
        found.append(named)
    for match in _MONTH.finditer(file_name):
        found.append(datetime(int(match[1]), int(match[2]), 1, tzinfo=here))
    return max(found, default=None)


@dataclass(frozen=True)
class Delivered:
    """A file as it was delivered.

    :param modified_at: when the landing zone says that it was written; None where it does not say.
    :param seen_at: when a run first met it in this state.
    """

    file_name: str
    modified_at: datetime | None
    seen_at: datetime

    def exported_at(self, zone: str) -> datetime:
        """Return the instant from which on the export says nothing, as far as can be told."""
        span = named_span(self.file_name)
        if span is None:
            return self._delivered_at
        return datetime.combine(self.speaks_until(zone) + _ONE_DAY, time(), tzinfo=ZoneInfo(zone))

    def speaks_until(self, zone: str) -> date:
        """Return the last whole day that the export can speak of.

        The name decides, but no file speaks of a day that was running when it was written or first met: a file
        called 2026-11-30 covers the 30th only where it was written later.
        """
        span = named_span(self.file_name)
        if span is None:
            return _day_of(self._delivered_at, zone) - _ONE_DAY
        seen_on = _day_of(self.seen_at, zone)
        last = span.last - _ONE_DAY if span.is_instant else span.last
        last = min(last, seen_on - _ONE_DAY)
        if self.modified_at is not None:
            written_on = _day_of(self.modified_at, zone)
            if span.first <= written_on <= span.last:
                last = min(last, written_on - _ONE_DAY)
        return last

    @property
    def _delivered_at(self) -> datetime:
        return min(self.modified_at or self.seen_at, self.seen_at)


def _day_of(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()
