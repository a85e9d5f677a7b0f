"""One row of a mart: its figures in a period and segment."""

from collections.abc import Sequence
from typing import Any

import duckdb

from dagster_project.period import Period
from dagster_project.red_lines.evaluation import Segment
from dagster_project.warehouse.introspection import columns_of
from dagster_project.warehouse.quoting import quote_identifier


def row_of(
    con: duckdb.DuckDBPyConnection,
    mart: str,
    columns: Sequence[str],
    period: Period,
    segment: Segment,
) -> dict[str, Any]:
    """Return the figures of a mart by column, of those that it has; empty where there is no such mart or row.

    :param con: a database with the marts in schema ``marts``; a mart may be one that an earlier version made.
    """
    there = columns_of(con, "marts", mart)
    known = [column for column in columns if column in there]
    if not known:
        return {}
    row = con.execute(
        f"select {', '.join(map(quote_identifier, known))} from marts.{quote_identifier(mart)} "  # noqa: S608 - own names
        "where grain = ? and period_start = ? and dimension = ? and member = ?",
        [period.grain, period.start, segment.dimension, segment.member],
    ).fetchone()
    return {} if row is None else dict(zip(known, row, strict=True))
