"""Small exports of one kind each, beside those of ``tests/cases``: other vendors, other shapes, figures worked by hand.

Each is a handful of customers whose ids are their own, so that all of them can lie in one warehouse.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

Movements = tuple[tuple[str, str, str, str], ...]
"""customer, day, type, amount"""
MONTHS = [(date(2026, month, 1), date(2026, month + 1, 1)) for month in range(1, 7)]


@dataclass(frozen=True)
class Sample:
    """An export, and what is right.

    :param files: text by file name, or the bytes of a file that is none.
    :param lasting: the movements where only lasting discounts count; those as billed unless said.
    :param collected: what was collected of each customer in all.
    """

    name: str
    format: str
    files: Mapping[str, str | bytes]
    movements: Movements = ()
    lasting: Movements | None = None
    source: str = "billing"
    said: dict[str, str] = field(default_factory=dict)
    collected: Mapping[str, str] = field(default_factory=dict)


def table(header: str, rows: Iterable[str]) -> str:
    """Return a CSV file."""
    return "\n".join([header, *rows]) + "\n"


def epoch(day: date) -> int:
    """Return the first second of a day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def told(text: str) -> Movements:
    """Read movements written one a line: customer day type amount."""
    rows = (line.split() for line in text.strip().splitlines())
    return tuple(sorted((customer, day, kind, amount) for customer, day, kind, amount in rows))
