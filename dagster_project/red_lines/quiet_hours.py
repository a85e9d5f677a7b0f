"""Quiet hours: what is held for a target, until when, and what passes.

A message is held until the end of the first quiet hours that end after it arose, and no longer: where nobody looked
then, the next run sends it, however late at night. Pure; the clock is the caller's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dagster_project.config_sections import WEEKDAYS, QuietHours

_DAYS_AHEAD = 16


@dataclass(frozen=True)
class Quiet:
    """The quiet hours of a target.

    :param hours: as the settings have them; any of them may hold a message.
    :param zone: the zone of those that name none.
    """

    hours: tuple[QuietHours, ...]
    zone: str

    def held_until(self, severity: str, *, arose: datetime, now: datetime) -> datetime | None:
        """Return when a message that arose then may be sent; None: now.

        :returns: an instant after ``now``, in the zone in which the hours were written.
        """
        stretch = self._stretch(severity, arose)
        return stretch[1] if stretch is not None and stretch[0] <= now < stretch[1] else None

    def was_held_until(self, severity: str, *, arose: datetime, now: datetime) -> datetime | None:
        """Return until when a message was held that may be sent now; None: it never was."""
        stretch = self._stretch(severity, arose)
        return (
            stretch[1]
            if stretch is not None and stretch[0] <= arose and stretch[1] <= now
            else None
        )

    def _stretch(self, severity: str, arose: datetime) -> tuple[datetime, datetime] | None:
        """Return the first unbroken stretch of quiet hours that ends after ``arose``."""
        found: tuple[datetime, datetime] | None = None
        for begins, ends in sorted(self._windows(severity, arose)):
            if found is not None and begins <= found[1]:
                found = (found[0], max(found[1], ends))
            elif found is not None and found[1] > arose:
                break
            else:
                found = (begins, ends)
        return found if found is not None and found[1] > arose else None

    def _windows(self, severity: str, arose: datetime) -> Iterator[tuple[datetime, datetime]]:
        for hours in self.hours:
            if severity in hours.passes:
                continue
            zone = ZoneInfo(hours.zone or self.zone)
            first = arose.astimezone(zone).date() - timedelta(days=8)
            for ahead in range(_DAYS_AHEAD):
                day = first + timedelta(days=ahead)
                if WEEKDAYS[day.weekday()] not in hours.days:
                    continue
                last = day + timedelta(days=hours.to <= hours.begin)
                yield (
                    datetime.combine(day, hours.begin, zone),
                    datetime.combine(last, hours.to, zone),
                )


def never_ends(hours: Sequence[QuietHours], zone: str) -> bool:
    """Whether some severity would be held for a week and more."""
    quiet = Quiet(tuple(hours), zone)
    monday = datetime(2024, 1, 1, tzinfo=ZoneInfo(zone))
    for severity in ("warning", "page"):
        until = quiet.held_until(severity, arose=monday, now=monday)
        if until is not None and until - monday >= timedelta(days=7):
            return True
    return False
