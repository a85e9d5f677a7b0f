"""One cell of ``metrics`` as a publication states it. Nothing is computed here."""

from dataclasses import dataclass
from decimal import Decimal

import duckdb

from dagster_project.numbers.question import MetricQuestion

ZERO = Decimal(0)


@dataclass(frozen=True)
class MetricValue:
    """A value as published, and what it is made of; a plain amount has no denominator."""

    value: float | None
    numerator: Decimal | None
    denominator: Decimal | None


NO_VALUE = MetricValue(None, None, None)


def published_value(
    con: duckdb.DuckDBPyConnection, database: str, question: MetricQuestion
) -> MetricValue | None:
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
    return MetricValue(*row) if row else None
