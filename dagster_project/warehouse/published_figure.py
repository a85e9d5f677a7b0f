"""One cell of ``metrics`` as a publication states it. Nothing is computed here."""

from dataclasses import dataclass
from decimal import Decimal

import duckdb

from dagster_project.warehouse.metric_question import MetricQuestion


@dataclass(frozen=True)
class Figure:
    """A value as published, and what it is made of; a plain amount has no denominator."""

    value: float | None
    numerator: Decimal | None
    denominator: Decimal | None


NO_FIGURE = Figure(None, None, None)


def published_figure(
    con: duckdb.DuckDBPyConnection, database: str, question: MetricQuestion
) -> Figure | None:
    """Return a cell as published; None where there is no such cell.

    :param database: the name a publication is attached under; SQL, never a value from outside.
    """
    row = con.execute(
        f"""
        select value::double, numerator::decimal(38, 2), denominator::decimal(38, 2)
        from {database}.marts.metrics
        where (metric, grain, period_start, dimension, member) = (?, ?, ?, ?, ?)
        """,  # noqa: S608
        question.key,
    ).fetchone()
    return Figure(*row) if row else None
