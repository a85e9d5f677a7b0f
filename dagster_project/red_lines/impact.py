"""What a crossed line is about: the money and the customers behind it, read from the validated
marts.

Reads only; customers are named by id, never by anything personal.
"""

from dataclasses import dataclass
from decimal import Decimal

import duckdb

from dagster_project.period import Period
from dagster_project.red_lines.evaluation import RedLineStatus, Segment
from dagster_project.red_lines.mart_row import row_of
from dagster_project.red_lines.segment_members import members_of
from dagster_project.warehouse.introspection import has_table, tables_of

SHOWN = 5


@dataclass(frozen=True)
class CustomerLoss:
    """A customer lost or shrunk in the period, and the MRR that went with it.

    :param is_lost: whether nothing is left of it.
    """

    customer_id: str
    mrr_lost: Decimal
    is_lost: bool = False


@dataclass(frozen=True)
class Impact:
    """Money (reporting currency, a month) and customers behind one status.

    :param customers_lost: customers lost in the period; None where the mart has no such row.
    :param mrr_churn: MRR of those customers.
    :param mrr_contraction: MRR lost with customers who stayed but pay less.
    :param mrr_closing: MRR at closing.
    :param reasons: why customers left and how many, the greatest loss of MRR first.
    :param customers: the customers who lost most, the greatest loss first.
    :param window: the time that these speak of where it is not the period itself, in words.
    """

    customers_lost: int | None = None
    mrr_churn: Decimal | None = None
    mrr_contraction: Decimal | None = None
    mrr_closing: Decimal | None = None
    customers: tuple[CustomerLoss, ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()
    window: str = ""


def impact_of(con: duckdb.DuckDBPyConnection, status: RedLineStatus) -> Impact:
    """Return what is at stake in the status's period and segment.

    Losses are those of METRICS.md, section 3: each customer at opening against the same one at
    closing. What is no figure of recurring revenue has none.
    """
    if status.rule.subject.subject != "recurring":
        return Impact()
    figures = ("customers_lost", "mrr_churn", "mrr_contraction", "mrr_closing")
    row = row_of(con, "mart_churn_periods", figures, status.period, status.segment)
    if not row:
        return Impact()
    if status.rule.subject.is_trailing:
        return _over_twelve_months(con, status, row.get("mrr_closing"))
    customers = losses_of(con, status.period, status.segment)[:SHOWN]
    reasons = _reasons(con, status) if has_table(con, "marts", "mart_cancellation_reasons") else ()
    return Impact(**row, customers=customers, reasons=reasons)


def _over_twelve_months(
    con: duckdb.DuckDBPyConnection, status: RedLineStatus, mrr_closing: Decimal | None
) -> Impact:
    """Return what was lost in the twelve months that such a metric compares; the last month alone says little."""
    last = Period("month", status.period.end).before
    lost = losses_of(con, Period("year", last.moved(-11).start), status.segment)
    return Impact(
        customers_lost=sum(one.is_lost for one in lost),
        mrr_churn=sum((one.mrr_lost for one in lost if one.is_lost), Decimal()),
        mrr_contraction=sum((one.mrr_lost for one in lost if not one.is_lost), Decimal()),
        mrr_closing=mrr_closing,
        customers=lost[:SHOWN],
        window="over twelve months",
    )


def _reasons(con: duckdb.DuckDBPyConnection, status: RedLineStatus) -> tuple[tuple[str, int], ...]:
    rows = con.execute(
        """
        select reason, customers_lost from marts.mart_cancellation_reasons
        where grain = ? and period_start = ? and dimension = ? and member = ?
        order by place limit ?
        """,
        [
            status.period.grain,
            status.period.start,
            status.segment.dimension,
            status.segment.member,
            SHOWN,
        ],
    ).fetchall()
    return tuple((str(reason), int(lost)) for reason, lost in rows)


def losses_of(
    con: duckdb.DuckDBPyConnection, period: Period, segment: Segment
) -> tuple[CustomerLoss, ...]:
    """Return every customer lost or shrunk in the period who was in the segment, the greatest loss first.

    Empty where the marts cannot say it.
    """
    if not {"fct_customer_months", "dim_customers"} <= set(tables_of(con, "marts")):
        return ()
    members = members_of(con, segment, period.start)
    if members is None:
        return ()
    rows = con.execute(
        f"""
        with months as (
            select customer_id, month, mrr_opening, mrr_closing from marts.fct_customer_months
            where month >= ? and month < ?
        ),
        last_month as (select max(month) as month from months),
        opening as (
            select customer_id, mrr_opening from months where month = ? and mrr_opening > 0
        ),
        closing as (
            select customer_id, mrr_closing from months inner join last_month using (month)
        ),
        losses as (
            select customer_id, mrr_opening - coalesce(mrr_closing, 0) as mrr_lost,
                coalesce(mrr_closing, 0) = 0 as is_lost
            from opening left join closing using (customer_id)
        )
        select customer_id, mrr_lost, is_lost
        from losses semi join marts.dim_customers as customers using (customer_id)
        where mrr_lost > 0 and {members.condition}
        order by mrr_lost desc, customer_id
        """,  # noqa: S608 - conditions made of known dimensions
        [period.start, period.end, period.start, *members.parameters],
    ).fetchall()
    return tuple(CustomerLoss(*row) for row in rows)
