"""Which number somebody asks about: a metric, a period and a segment. Nothing is computed here."""

import re
from dataclasses import dataclass
from datetime import date

from dagster_project.errors import EbblineError
from dagster_project.period import Period

WHOLE_BUSINESS = ("all", "all")


@dataclass(frozen=True)
class MetricQuestion:
    """One cell of ``metrics``."""

    metric: str
    period: Period
    dimension: str = "all"
    member: str = "all"

    @property
    def key(self) -> tuple[str, str, date, str, str]:
        """Return the key of ``metrics`` and ``metric_versions``."""
        return (self.metric, self.period.grain, self.period.start, self.dimension, self.member)

    def __str__(self) -> str:
        segment = "" if self.dimension == "all" else f", {self.dimension}={self.member}"
        return f"{self.metric}, {self.period}{segment}"


def parse_period(text: str) -> Period:
    """Return the period that ``2026-03``, ``2026-Q1`` or ``2026`` names.

    :raises EbblineError: it names none.
    """
    match = re.fullmatch(r"([0-9]{4})(?:-(?:(0[1-9]|1[0-2])|[Qq]([1-4])))?", text)
    # The calendar begins with year 1, and the last year has no year after it to end with.
    if match is None or not 1 <= int(match[1]) <= 9998:
        raise EbblineError(
            f"{text!r} is not a period",
            fix=f"{_meant(text)}write a month 2026-03, a quarter 2026-Q1 or a year 2026",
        )
    year, month, quarter = match.groups()
    if month:
        return Period("month", date(int(year), int(month), 1))
    if quarter:
        return Period("quarter", date(int(year), 3 * int(quarter) - 2, 1))
    return Period("year", date(int(year), 1, 1))


def _meant(text: str) -> str:
    """Return a question that names the period of ``2026-3``, ``2026/03``, ``2026Q1`` or ``Q1 2026``; else nothing."""
    year, quarter = re.search(r"[0-9]{4}", text), re.search(r"[Qq]\s?([1-4])(?![0-9])", text)
    if year is None:
        return ""
    month = re.search(r"(?<![0-9])(0?[1-9]|1[0-2])(?![0-9])", text.replace(year[0], " "))
    if quarter:
        return f"did you mean {year[0]}-Q{quarter[1]}? "
    return f"did you mean {year[0]}-{int(month[1]):02}? " if month else ""


def parse_segment(text: str | None) -> tuple[str, str]:
    """Return dimension and member of ``country=DE``; nothing given is the whole business.

    :raises EbblineError: there is no ``=``.
    """
    if text is None:
        return WHOLE_BUSINESS
    dimension, equals, member = text.partition("=")
    if not equals:
        raise EbblineError(f"{text!r} is not a segment", fix="write dimension=member: country=DE")
    return dimension.strip(), member.strip()
