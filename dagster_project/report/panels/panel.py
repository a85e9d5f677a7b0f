"""A panel, and how its numbers are written."""

from collections.abc import Sequence
from dataclasses import dataclass

from dagster_project.metrics import Unit
from dagster_project.report.charts import Document
from dagster_project.report.periods import Period
from dagster_project.report.tables import Table, table
from dagster_project.report.wording import exact, label_of, rounded, unit_of

MONTHS_IN_TABLE = 24


@dataclass(frozen=True)
class Panel:
    """A figure with its title, definition and numbers.

    :ivar name: identifies it on the page, and in links to it.
    :ivar document: Vega-Lite; None where the table is all there is.
    :ivar follows: whether it follows the reader's choice of segment and period.
    :ivar note: what the figures come to, in a sentence.
    """

    name: str
    title: str
    definition: str
    document: Document | None
    table: Table
    wide: bool = False
    follows: bool = False
    note: str = ""


@dataclass(frozen=True)
class Group:
    """Panels that belong together."""

    name: str
    title: str
    panels: tuple[Panel, ...]


def over_time(months: Sequence[Period], *columns: str) -> Table:
    """Return the newest months as rows; ``-`` before a column shows it as a loss."""
    named = [(column.removeprefix("-"), -1 if column.startswith("-") else 1) for column in columns]
    head = ("Period", *(label_of(name) for name, _ in named))
    rows = [
        (
            month.label,
            *(
                exact(None if month[name] is None else sign * month.count(name), unit_of(name))
                for name, sign in named
            ),
        )
        for month in reversed(months[-MONTHS_IN_TABLE:])
    ]
    made = table(head, rows)
    source = ",".join(f"{column}:{unit_of(column.removeprefix('-')).value}" for column in columns)
    return Table(made.head, made.rows, source=f"periods:{source}")


def count(value: float) -> str:
    """Return a number of things."""
    return exact(value, Unit.COUNT)


def money(value: float | None) -> str:
    """Return money to the cent."""
    return exact(value, Unit.MONEY)


def share(value: float | None, *, places: int = 1) -> str:
    """Return a fraction as percent."""
    return "–" if value is None else f"{rounded(value * 100, places)} %"
