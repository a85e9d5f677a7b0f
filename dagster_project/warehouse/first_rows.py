"""The first rows of a query, always the same ones, as a person sees them who has to find them again."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import duckdb

SHOWN = 20


def first_rows(
    con: duckdb.DuckDBPyConnection,
    query: str,
    parameters: Sequence[Any] = (),
    *,
    by: Sequence[str] = (),
    hidden: Collection[str] = (),
) -> tuple[dict[str, Any], ...]:
    """Return the first twenty rows of a query; none where it cannot be run.

    :param con: the working database, open for reading.
    :param query: SQL that a person wrote, in a suite or in dbt.
    :param parameters: its values.
    :param by: columns to sort by before all others, where it has them.
    :param hidden: columns that are left out.
    """
    try:
        columns = _columns(con, query, parameters)
        ordered = f"select * from ({query}) order by {_order(by, columns)} limit {SHOWN}"  # noqa: S608 - see `query`
        found = con.execute(ordered, list(parameters)).fetchall()
    except duckdb.Error:
        return ()
    return tuple(
        {column: value for column, value in zip(columns, row, strict=True) if column not in hidden}
        for row in found
    )


def as_text(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str | None]]:
    """Return rows as JSON can hold them: dates and amounts as they are written."""
    return [
        {column: None if value is None else str(value) for column, value in row.items()}
        for row in rows
    ]


def _columns(con: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any]) -> list[str]:
    described = con.execute(f"select * from ({query}) limit 0", list(parameters)).description  # noqa: S608 - as above
    return [column[0] for column in described or ()]


def _order(by: Sequence[str], columns: list[str]) -> str:
    """Return the positions to sort by: those asked for first, then the rest, so that the order is always the same."""
    places = {name: place for place, name in reversed([*enumerate(columns, start=1)])}
    first = [places[name] for name in by if name in places]
    rest = [place for place in range(1, len(columns) + 1) if place not in first]
    return ", ".join(str(place) for place in (*first, *rest))
