"""Days, months and seconds as whole numbers, and the window a simulation covers.

Belongs here: arithmetic on dates, vectorised. Does not belong here: anything about customers, money
or files. Days count from 1970-01-01, months from 1970-01, seconds from the epoch in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DAY: Final = 86_400
EPOCH: Final = date(1970, 1, 1)
GRAIN_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


def day_number(day: date) -> int:
    """Days since the epoch."""
    return (day - EPOCH).days


def day_from_number(number: int) -> date:
    """The date that many days after the epoch."""
    return EPOCH + timedelta(days=int(number))


def month_number(day: date) -> int:
    """Months since January 1970."""
    return (day.year - 1970) * 12 + day.month - 1


def first_day_of_month(months: Ints) -> Ints:
    """Day numbers of the first day of each month number."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def month_of_day(days: Ints) -> Ints:
    """Month numbers of day numbers."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


@dataclass(frozen=True)
class Window:
    """The span of a simulation.

    :param start: first day, the first of a month.
    :param until: last day covered; later days do not exist.
    :param months: calendar months touched.
    """

    start: date
    until: date
    months: int

    @classmethod
    def ending(cls, until: date, months: int) -> Window:
        """The window of that many calendar months of which `until` lies in the last."""
        first = month_number(until) - months + 1
        return cls(date(1970 + first // 12, first % 12 + 1, 1), until, months)

    @property
    def start_day(self) -> int:
        """Day number of the first day."""
        return day_number(self.start)

    @property
    def until_day(self) -> int:
        """Day number of the last day covered."""
        return day_number(self.until)

    @property
    def end_second(self) -> int:
        """The first second after the window."""
        return (self.until_day + 1) * DAY

    @property
    def bad_months(self) -> tuple[int, int]:
        """Month numbers [from, to) of the one bad quarter, three fifths into the history."""
        first = month_number(self.start) + (self.months * 3) // 5
        return first, first + min(3, max(1, self.months // 6))
