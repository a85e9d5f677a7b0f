"""What real exports have and clean ones have not: rows that come late, rows corrected later, broken
rows.

Belongs here: taking a finished table apart into a first file and a later one, and spoiling surplus
rows. Does not belong here: deciding what happened; the state after both files is always the truth.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.simulate.calendar import Ints

ROWS_PER_BROKEN_ROW = 600
MOST_BROKEN_ROWS = 4
SMALLEST_FILE_WITH_BROKEN_ROWS = 250


@dataclass(frozen=True)
class Split:
    """A table as two exports: `first`, and `later` with late rows and corrections (None: nothing
    came later).
    """

    first: pa.Table
    later: pa.Table | None


def choose(rng: np.random.Generator, candidates: Ints, number: int) -> Ints:
    """Up to `number` of the candidates, in ascending order."""
    if len(candidates) == 0:
        return candidates
    return np.sort(rng.choice(candidates, size=min(number, len(candidates)), replace=False))


def split(table: pa.Table, *, late: Ints, corrected: Ints, before: dict[str, object]) -> Split:
    """Take `late` rows out of the first file, and show `corrected` rows there with the values of
    `before`.
    """
    first = table
    rows = np.zeros(table.num_rows, dtype=np.bool_)
    rows[corrected] = True
    for name, value in before.items():
        place = table.schema.get_field_index(name)
        column = table.column(place)
        stale = pc.if_else(pa.array(rows), pa.scalar(value, column.type), column)
        first = first.set_column(place, name, stale)
    keep = np.ones(table.num_rows, dtype=np.bool_)
    keep[late] = False
    again = np.sort(np.concatenate([late, corrected])).astype(np.int64)
    if len(again) == 0:
        return Split(first, None)
    return Split(first.filter(pa.array(keep)), table.take(pa.array(again)))


def broken_rows(seed: int, rows: int, patterns: Sequence[str]) -> list[tuple[int, str]]:
    """Broken text rows for a file of that many rows: (before which row, text), ascending.

    Patterns may hold {n}, replaced by a number no real row has.
    """
    if rows < SMALLEST_FILE_WITH_BROKEN_ROWS or not patterns:
        return []
    number = min(MOST_BROKEN_ROWS, max(1, rows // ROWS_PER_BROKEN_ROW))
    chance = random.Random(f"{seed} {patterns[0]}")
    places = sorted(chance.sample(range(1, rows), number))
    return [
        (place, patterns[turn % len(patterns)].format(n=9_000_000 + turn))
        for turn, place in enumerate(places)
    ]
