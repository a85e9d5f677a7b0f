"""How an export writes its values: decimal mark, order of day and month, zone, ends of periods.

Said by a mapping or by the settings of the source, and never guessed: what is not said and could mean two
things is no value, and the refusal names the option to write. No SQL; ``values.py`` makes it.
"""

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

DecimalMark = Literal[".", ","]
Ends = Literal["inclusive", "exclusive"]


def known_zone(name: str) -> str:
    """Return an IANA zone as it is given.

    :raises ValueError: there is no such zone.
    """
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not an IANA time zone such as 'Europe/Berlin'")
    return name


def date_order(said: str) -> str:
    """Return what is said of dates as it is given.

    :raises ValueError: it is neither an order nor a pattern.
    """
    if said not in ("day_first", "month_first") and "%" not in said:
        raise ValueError(
            f"{said!r} is neither day_first, month_first nor a pattern such as '%d %b %Y'"
        )
    return said


@dataclass(frozen=True)
class Writing:
    """What is said of how values are written; None where nothing is.

    :param decimal: the decimal mark; said, the other mark parts thousands.
    :param dates: ``day_first``, ``month_first`` or a pattern such as ``%d %b %Y``.
    :param zone: the IANA zone of instants that name none, and whose abbreviations are known.
    :param ends: whether the end of a period is its last day or moment, or the first after it.
    """

    decimal: DecimalMark | None = None
    dates: str | None = None
    zone: str | None = None
    ends: Ends | None = None

    def over(self, wider: "Writing") -> "Writing":
        """Return what is said here, and by ``wider`` where nothing is said here."""
        said = {
            one.name: value
            for one in fields(self)
            if (value := getattr(self, one.name)) is not None
        }
        return replace(wider, **said)

    @property
    def date_patterns(self) -> tuple[str, ...]:
        """The patterns of dates that are no ISO dates, the likelier first; empty where nothing is said."""
        if self.dates is None:
            return ()
        if "%" in self.dates:
            return (self.dates,)
        first, second = ("%d", "%m") if self.dates == "day_first" else ("%m", "%d")
        # A year of two digits first: one of four is none of two, but one of two would be the year 26.
        days = [
            f"{first}{part}{second}{part}{year}"
            for year in ("%y", "%Y")
            for part in ("/", ".", "-")
        ]
        return tuple(day + clock for day in days for clock in _CLOCKS)

    def offsets(self) -> dict[str, int]:
        """Return the seconds east of UTC by the abbreviation of a zone that means one thing only."""
        return {**UNAMBIGUOUS, **(_abbreviations(self.zone) if self.zone else {})}


_CLOCKS = (
    "", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S.%f",
    ", %H:%M:%S", ", %H:%M", ", %I:%M:%S %p", ", %I:%M %p", "T%H:%M:%S", "T%H:%M",
)  # fmt: skip
_DAYS_BY_NAME = ("%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%d/%b/%Y")
DATES_BY_NAME = tuple(day + clock for day in _DAYS_BY_NAME for clock in _CLOCKS[:6])
"""Patterns that need no order of day and month: the month is a word."""

_HOUR = 3600
UNAMBIGUOUS: dict[str, int] = {
    name: int(hours * _HOUR)
    for name, hours in {
        "UTC": 0, "GMT": 0, "UCT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
        "EST": -5, "EDT": -4, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
        "AEST": 10, "AEDT": 11, "ACST": 9.5, "ACDT": 10.5, "AWST": 8, "NZST": 12, "NZDT": 13,
        "JST": 9, "KST": 9, "SGT": 8, "HKT": 8, "BRT": -3, "SAST": 2,
    }.items()
}  # fmt: skip
"""Abbreviations that vendors use with one meaning. BST, IST, CST, CDT, AST, GST and others have several."""


@cache
def _abbreviations(zone: str) -> dict[str, int]:
    """Return what a zone's own abbreviations mean there; one that changed its meaning is left out."""
    meanings: dict[str, set[int]] = {}
    start, here = datetime(2000, 1, 1, tzinfo=UTC), ZoneInfo(zone)
    for week in range(52 * 40):
        at = (start + timedelta(weeks=week)).astimezone(here)
        name, offset = at.tzname(), at.utcoffset()
        if name and name.isalpha() and offset is not None:
            meanings.setdefault(name.upper(), set()).add(int(offset.total_seconds()))
    return {name: found.pop() for name, found in meanings.items() if len(found) == 1}
