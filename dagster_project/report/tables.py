"""Figures in words, for readers and for screen readers: tables whose first column heads its row."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """A cell.

    :ivar kind: ``number`` or ``text``: how it is set.
    """

    text: str
    kind: str = "number"


@dataclass(frozen=True)
class Table:
    """A table.

    :ivar rows: the first cell of each names the row.
    :ivar source: what the page's script fills it from when the reader chooses a segment: column and unit of each
        column after the first; empty for a table that stays.
    """

    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    source: str = ""

    @property
    def is_wide(self) -> bool:
        """Whether it is too wide for a phone: its rows are then set one under the other."""
        return len(self.head) > 4 or any(cell.kind == "text" for cell in self.head[1:])


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, text: Sequence[str] = ()) -> Table:
    """Return a table of numbers.

    :param text: the columns after the first that are words.
    """
    kinds = ["text", *("text" if name in text else "number" for name in head[1:])]
    return Table(
        tuple(Cell(name, kind) for name, kind in zip(head, kinds, strict=True)),
        tuple(
            tuple(Cell(value, kind) for value, kind in zip(row, kinds, strict=True)) for row in rows
        ),
    )
