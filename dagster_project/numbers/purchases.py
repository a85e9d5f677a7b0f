"""What each buyer adds to numerator and denominator of a figure of purchases, in one publication or two.

The counterpart of ``recurring`` for METRICS.md, section 5: no metric is computed here; a
figure that dbt published is decomposed again from the published lines of purchases.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from dagster_project.numbers.differing import differing_states
from dagster_project.numbers.formulas import FormulasOf, Measures, MetricFormula
from dagster_project.numbers.metric_value import ZERO
from dagster_project.numbers.recurring import Span
from dagster_project.numbers.recurring_sql import attribute_sql, crossed_member_sql


@dataclass(frozen=True)
class Buyer:
    """A customer who bought before the closing of a period.

    :ivar member: of the dimension; for plans the one held at closing.
    :ivar purchases, amount: in the period; the amount in the reporting currency.
    :ivar is_returning: bought before the period began.
    :ivar is_repeat: has at least two purchases by the closing.
    :ivar repeat_purchases, repeat_amount: the purchases of the period that were not the first ever.
    :ivar days_between: from the purchase before to each of these, summed.
    """

    customer_id: str
    member: str
    purchases: int
    amount: Decimal
    is_returning: bool
    is_repeat: bool
    repeat_purchases: int = 0
    repeat_amount: Decimal = ZERO
    days_between: int = 0


@dataclass(frozen=True)
class BuyerPair:
    """A buyer who differs between two publications; None where it is none of the member's."""

    customer_id: str
    before: Buyer | None
    after: Buyer | None


_MEASURES = (
    "buyers_to_date", "repeat_buyers_to_date", "buyers", "returning_buyers", "purchases",
    "purchase_amount", "repeat_customer_amount", "repeat_purchases", "repeat_purchase_amount",
    "days_between",
)  # fmt: skip
PURCHASE_FORMULAS: Mapping[str, MetricFormula] = FormulasOf("fct_purchase_lines", _MEASURES)
# The SELECT list of a buyer, in the order of the fields of `Buyer`.
_BUYER = (
    "customer_id", "member", "purchases", "amount", "is_returning", "is_repeat",
    "repeat_purchases", "repeat_amount", "days_between",
)  # fmt: skip


def measures_of_buyer(buyer: Buyer | None) -> Measures:
    """Return what one customer adds to each figure; nothing where it is no buyer."""
    if buyer is None:
        return dict.fromkeys(_MEASURES, ZERO)
    bought = Decimal(buyer.purchases > 0)
    return {
        "buyers_to_date": Decimal(1),
        "repeat_buyers_to_date": Decimal(buyer.is_repeat),
        "buyers": bought,
        "returning_buyers": bought * buyer.is_returning,
        "purchases": Decimal(buyer.purchases),
        "purchase_amount": buyer.amount,
        "repeat_customer_amount": buyer.amount * buyer.is_repeat,
        "repeat_purchases": Decimal(buyer.repeat_purchases),
        "repeat_purchase_amount": buyer.repeat_amount,
        "days_between": Decimal(buyer.days_between),
    }


def buyers_of(
    con: duckdb.DuckDBPyConnection, database: str, span: Span, *, dimension: str
) -> list[Buyer]:
    """Return everybody who bought before the closing of a period, in order of id.

    :param database: the name a publication is attached under; SQL, never a value from outside.
    :param dimension: any dimension; the caller picks the member.
    """
    rows = con.execute(
        f"""
        select {", ".join(_BUYER)} from ({_buyers_sql(con, database, dimension)})
        order by customer_id
        """,  # noqa: S608
        _span_parameters(database, span),
    ).fetchall()
    return [Buyer(*row) for row in rows]


def differing_buyers(
    con: duckdb.DuckDBPyConnection, before: Span, after: Span, *, dimension: str, member: str
) -> list[BuyerPair]:
    """Return the buyers of a member who differ, in order of id.

    :param con: a connection with the two publications attached as ``earlier`` and ``later``.
    :param before, after: the span in each; a running period ends where its publication ends.
    """
    of_member = "select * from ({}) where member = $member"
    differing = differing_states(
        con,
        of_member.format(_buyers_sql(con, "earlier", dimension)),
        of_member.format(_buyers_sql(con, "later", dimension)),
        [name for name in _BUYER if name != "customer_id"],
        {
            "member": member,
            **_span_parameters("earlier", before),
            **_span_parameters("later", after),
        },
    )
    return [_pair(*row) for row in differing]


def _pair(customer_id: str, before: tuple[object, ...], after: tuple[object, ...]) -> BuyerPair:
    return BuyerPair(customer_id, _buyer(customer_id, before), _buyer(customer_id, after))


def _buyer(customer_id: str, values: tuple[object, ...]) -> Buyer | None:
    if values[0] is None:
        return None
    return Buyer(customer_id, *values)  # type: ignore[arg-type]


def _span_parameters(database: str, span: Span) -> dict[str, object]:
    return {f"{database}_opening": span.opening_on, f"{database}_closing": span.closing_on}


def _buyers_sql(con: duckdb.DuckDBPyConnection, database: str, dimension: str) -> str:
    """Return SQL for all buyers of a publication, with the columns of ``Buyer``."""
    return f"""
        with

        purchases as (
            select
                customer_id, purchase_id, purchased_on, purchase_number, sum(amount) as amount,
                purchased_on - lag(purchased_on) over (
                    partition by customer_id order by purchase_number
                ) as days_since_previous
            from {database}.marts.fct_purchase_lines
            where purchased_on < ${database}_closing
            group by customer_id, purchase_id, purchased_on, purchase_number
        ),

        buyers as (
            select
                customer_id,
                count(*) filter (purchased_on >= ${database}_opening) as purchases,
                coalesce(
                    sum(amount) filter (purchased_on >= ${database}_opening), 0
                )::decimal(18, 2) as amount,
                min(purchased_on) < ${database}_opening as is_returning,
                count(*) > 1 as is_repeat,
                count(days_since_previous) filter (
                    purchased_on >= ${database}_opening
                ) as repeat_purchases,
                coalesce(
                    sum(amount) filter (
                        purchased_on >= ${database}_opening and days_since_previous is not null
                    ), 0
                )::decimal(18, 2) as repeat_amount,
                coalesce(
                    sum(days_since_previous) filter (purchased_on >= ${database}_opening), 0
                ) as days_between
            from purchases
            group by customer_id
        )

        select
            customer_id, {_member_sql(con, database, dimension)} as member, buyers.purchases,
            buyers.amount, buyers.is_returning, buyers.is_repeat, buyers.repeat_purchases,
            buyers.repeat_amount, buyers.days_between
        from buyers left join {database}.marts.dim_customers using (customer_id)
    """  # noqa: S608


def _member_sql(con: duckdb.DuckDBPyConnection, database: str, dimension: str) -> str:
    """Return SQL for the member of the dimension that a buyer is at the closing."""
    if dimension == "all":
        return "'all'"
    if "+" in dimension:
        return crossed_member_sql(
            [_member_sql(con, database, part) for part in dimension.split("+")]
        )
    if dimension == "plan":
        return f"""coalesce((
            select any_value(plan_days.plan_id)
            from {database}.marts.customer_plan_days as plan_days
            where
                plan_days.customer_id = buyers.customer_id
                and plan_days.valid_from < ${database}_closing
                and coalesce(plan_days.valid_to, date '9999-12-31') >= ${database}_closing
        ), '(none)')"""  # noqa: S608
    return f"coalesce({attribute_sql(con, database, dimension)}, '(none)')"
