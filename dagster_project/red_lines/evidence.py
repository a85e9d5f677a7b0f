"""What a crossed line is about where it is no figure of recurring revenue: purchases, support, health.

Figures of the same row in words of their own, and the customers behind them, by id. Reads only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from dagster_project.metrics import WATCHED
from dagster_project.red_lines.evaluation import RedLineStatus
from dagster_project.red_lines.mart_row import row_of
from dagster_project.red_lines.segment_members import Members, members_of
from dagster_project.warehouse.introspection import has_table

SHOWN = 5


@dataclass(frozen=True)
class Figure:
    """A figure beside the one that crossed its line."""

    metric: str
    value: float | None


@dataclass(frozen=True)
class Behind:
    """A customer behind it: what is said of the customer, and money (reporting currency) where it is about that."""

    customer_id: str
    said: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True)
class Evidence:
    """Figures and customers.

    :param customers_are: what the customers have in common, in words.
    """

    figures: tuple[Figure, ...] = ()
    customers_are: str = ""
    customers: tuple[Behind, ...] = ()


# By what a metric is about: where its customers stand, what they have in common, and who they are.
_CUSTOMERS = {
    "purchases": (
        "fct_purchase_lines",
        "Bought in the period before and not in this one",
        """
        select customer_id, '', sum(amount)::decimal(18, 2) from marts.fct_purchase_lines
        where purchased_on >= $before and purchased_on < $start and {members}
            and customer_id not in (
                select customer_id from marts.fct_purchase_lines
                where purchased_on >= $start and purchased_on < $end
            )
        group by customer_id order by 3 desc, 1
        """,
    ),
    "support": (
        "mart_support_experience",
        "Met support most",
        """
        select
            customer_id,
            concat_ws(', ', sum(tickets) || ' tickets', sum(bad_experiences) || ' bad experiences'),
            null::decimal(18, 2)
        from marts.mart_support_experience
        where month >= $start and month < $end and {members}
        group by customer_id order by sum(bad_experiences) desc, sum(tickets) desc, 1
        """,
    ),
    "health": (
        "mart_risk_list",
        "Most at risk",
        """
        select customer_id, reasons, mrr_at_stake from marts.mart_risk_list
        where {members}
        order by score * mrr_at_stake desc, 1
        """,
    ),
}


def evidence_of(con: duckdb.DuckDBPyConnection, status: RedLineStatus) -> Evidence:
    """Return what belongs to the status's period and segment; nothing for recurring revenue, which has its impact."""
    subject = status.rule.subject.subject
    if subject not in _CUSTOMERS:
        return Evidence()
    beside: dict[str, list[str]] = {}
    for metric in sorted(WATCHED.values(), key=lambda metric: metric.told_beside):
        if metric.subject == subject and metric.told_beside:
            beside.setdefault(metric.table, []).append(metric.column)
    figures = [
        figure
        for mart, columns in beside.items()
        for figure in _figures(con, status, mart, columns)
    ]
    members = members_of(con, status.segment, status.period.start)
    table, words, query = _CUSTOMERS[subject]
    if members is None or not has_table(con, "marts", table):
        return Evidence(tuple(figures))
    return Evidence(tuple(figures), words, _customers(con, status, query, members))


def _figures(
    con: duckdb.DuckDBPyConnection, status: RedLineStatus, mart: str, columns: Sequence[str]
) -> list[Figure]:
    row = row_of(con, mart, columns, status.period, status.segment)
    return [
        Figure(column, None if value is None else float(value))
        for column, value in row.items()
        if column != status.rule.metric
    ]


def _customers(
    con: duckdb.DuckDBPyConnection, status: RedLineStatus, query: str, members: Members
) -> tuple[Behind, ...]:
    period = status.period
    condition = members.condition
    asked: dict[str, object] = {
        "before": period.before.start, "start": period.start, "end": period.end,
    }  # fmt: skip
    for place, value in enumerate(members.parameters):
        condition = condition.replace("?", f"$member_{place}", 1)
        asked[f"member_{place}"] = value
    statement = f"{query.format(members=condition)} limit {SHOWN}"
    named = {name: value for name, value in asked.items() if f"${name}" in statement}
    rows = con.execute(statement, named).fetchall()
    return tuple(Behind(str(customer), str(said), amount) for customer, said, amount in rows)
