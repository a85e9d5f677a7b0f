"""Months, quarters and years: the periods that numbers are published for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Grain = Literal["month", "quarter", "year"]
_MONTHS: Mapping[Grain, int] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Period:
    """A month, quarter or year by its first day.

    :param grain: its length.
    :param start: its first day.
    """

    grain: Grain
    start: date

    @property
    def end(self) -> date:
        """The first day after it."""
        return self.moved(1).start

    @property
    def before(self) -> "Period":
        """The period that ends where this one starts."""
        return self.moved(-1)

    def moved(self, steps: int) -> "Period":
        """Return the period so many steps later; earlier where they are negative."""
        month = self.start.year * 12 + self.start.month - 1 + steps * _MONTHS[self.grain]
        return Period(self.grain, date(month // 12, month % 12 + 1, 1))

    @classmethod
    def last_complete(cls, grain: Grain, until: date) -> "Period":
        """Return the newest period that lies wholly on or before ``until``."""
        length = _MONTHS[grain]
        month = (until.month - 1) // length * length + 1
        running = cls(grain, date(until.year, month, 1))
        return running if running.end <= until + timedelta(days=1) else running.before

    def __str__(self) -> str:
        if self.grain == "year":
            return f"{self.start:%Y}"
        if self.grain == "quarter":
            return f"{self.start:%Y}-Q{(self.start.month + 2) // 3}"
        return f"{self.start:%Y-%m}"
