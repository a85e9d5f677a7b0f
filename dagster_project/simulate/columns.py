"""From whole-number arrays to Arrow columns: ids, instants, money, words.

Belongs here: one small function per kind of column. Does not belong here: which table has which
columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.simulate.calendar import Bools, Ints


def ids(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """`prefix` and the zero-padded number; null where the number is negative."""
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")
    made = pc.binary_join_element_wise(prefix, digits, "")
    return pc.if_else(pa.array(numbers >= 0), made, pa.scalar(None, pa.string()))


def words(vocabulary: Sequence[str], codes: Ints) -> pa.Array:
    """The word of each code; null where the code is negative."""
    return pa.array(list(vocabulary), pa.string()).take(pa.array(codes, mask=codes < 0))


def instants(seconds: Ints) -> pa.Array:
    """UTC instants; null where the second is negative."""
    return pa.array(seconds, pa.timestamp("s", tz="UTC"), mask=seconds < 0)


def dates(days: Ints, present: Bools | None = None) -> pa.Array:
    """Dates; null where not present."""
    mask = None if present is None else ~present
    return pa.array(days.astype(np.int32), pa.int32(), mask=mask).cast(pa.date32())


def money(cents: Ints) -> pa.Array:
    """Cents as decimal(18,2) of major units."""
    return _scaled(cents, Decimal("0.01"), 18, 2)


def units(cents: Ints) -> pa.Array:
    """Cents as decimal(18,6) of major units, the type of unit prices."""
    return _scaled(cents, Decimal("0.01"), 18, 6)


def quantities(values: Ints) -> pa.Array:
    """Whole numbers as decimal(18,6)."""
    return _scaled(values, Decimal(1), 18, 6)


def hundredths(percent: Ints) -> pa.Array:
    """Percents as a decimal(9,8) fraction."""
    return _scaled(percent, Decimal("0.01"), 9, 8)


def scores(values: Ints) -> pa.Array:
    """Whole numbers as decimal(9,3)."""
    return _scaled(values, Decimal(1), 9, 3)


def _scaled(values: Ints, unit: Decimal, precision: int, scale: int) -> pa.Array:
    # Arrow wants room for every int64 on the way, though no value here needs it
    exact = pc.multiply(pa.array(values).cast(pa.decimal128(19, 0)), pa.scalar(unit))
    return exact.cast(pa.decimal128(30, scale)).cast(pa.decimal128(precision, scale))


def integers(values: Ints, mask: Bools | None = None) -> pa.Array:
    """Whole numbers, null where masked."""
    return pa.array(values, pa.int64(), mask=mask)


def flags(values: Bools) -> pa.Array:
    """Booleans."""
    return pa.array(values, pa.bool_())


def nothing(size: int) -> pa.Array:
    """A column of null text."""
    return pa.nulls(size, pa.string())


def as_text_instants(table: pa.Table, pattern: str) -> pa.Table:
    """The table with instants written by a strftime pattern, and decimals and dates as text."""
    for place, column in enumerate(table.schema):
        values = table.column(place)
        if pa.types.is_timestamp(column.type):
            text = pc.strftime(values.cast(pa.timestamp("s", tz="UTC")), format=pattern)
        elif pa.types.is_decimal(column.type):
            text = values.cast(pa.string())
            if column.type.scale > 2:
                # a zero of many places is written 0E-8
                text = pc.replace_substring_regex(text, r"(\.?0+|E-\d+)$", "")
        elif pa.types.is_date(column.type):
            text = values.cast(pa.string())
        else:
            continue
        table = table.set_column(place, column.name, text)
    return table
