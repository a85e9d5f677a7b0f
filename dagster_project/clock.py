"""The one place that asks what time it is.

Everything that needs the present takes a :class:`Clock`; tests and replays hand in a fixed one.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from dagster_project.errors import SettingsError


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> datetime:
        """Return the present as an aware datetime in UTC."""


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present as an aware datetime in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still at ``instant`` (aware)."""

    instant: datetime

    def now(self) -> datetime:
        """Return the fixed instant in UTC."""
        return self.instant.astimezone(UTC)


def clock_from_environment() -> Clock:
    """Return the clock of this process: fixed at ``EBBLINE_NOW`` (ISO 8601) where set, else the system's.

    :raises SettingsError: ``EBBLINE_NOW`` is not an ISO 8601 instant.
    """
    fixed = os.environ.get("EBBLINE_NOW")
    if not fixed:
        return SystemClock()
    try:
        instant = datetime.fromisoformat(fixed)
    except ValueError as error:
        raise SettingsError(
            f"{fixed!r} is not an ISO 8601 time",
            where="EBBLINE_NOW",
            fix="write 2026-11-24T03:15:00Z",
        ) from error
    return FixedClock(instant if instant.tzinfo else instant.replace(tzinfo=UTC))
