"""The customers behind a figure of purchases, and the lines of orders or invoices that show it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

import duckdb

from dagster_project.explain.results import ZERO, CustomerPart, PurchaseLine, SourceRow
from dagster_project.warehouse.contributions import Span, attribute_sql


@dataclass(frozen=True)
class Buyer:
    """A customer who bought before the closing of a period.

    :ivar member: of the dimension; for plans the one held at closing.
    :ivar purchases, amount: in the period; the amount in the reporting currency.
    :ivar is_returning: bought before the period began.
    :ivar is_repeat: has at least two purchases by the closing.
    """

    customer_id: str
    member: str
    purchases: int
    amount: Decimal
    is_returning: bool
    is_repeat: bool


@dataclass(frozen=True)
class PurchaseParts:
    """How a metric is made of figures of buyers.

    :ivar earlier_shown: how many of a customer's first purchases are shown, because they are what
        makes the part, beside those of the period.
    :ivar shows_period: whether the purchases of the period are shown.
    """

    numerator: str
    denominator: str | None = None
    earlier_shown: int = 0
    shows_period: bool = True


PURCHASE_PARTS: dict[str, PurchaseParts] = {
    "buyers": PurchaseParts("buyers"),
    "purchases": PurchaseParts("purchases"),
    "purchase_amount": PurchaseParts("amount"),
    "returning_buyers": PurchaseParts("returning_buyers", earlier_shown=1),
    "returning_rate": PurchaseParts("returning_buyers", "buyers", earlier_shown=1),
    "repeat_revenue_share": PurchaseParts("repeat_customer_amount", "amount", earlier_shown=2),
    "buyers_to_date": PurchaseParts("buyers_to_date", earlier_shown=1, shows_period=False),
    "repeat_buyers_to_date": PurchaseParts(
        "repeat_buyers_to_date", earlier_shown=2, shows_period=False
    ),
    "repeat_customer_rate": PurchaseParts(
        "repeat_buyers_to_date", "buyers_to_date", earlier_shown=2, shows_period=False
    ),
}


def figures_of_buyer(buyer: Buyer) -> dict[str, Decimal]:
    """Return what one customer adds to each figure."""
    bought = Decimal(buyer.purchases > 0)
    return {
        "buyers_to_date": Decimal(1),
        "repeat_buyers_to_date": Decimal(buyer.is_repeat),
        "buyers": bought,
        "returning_buyers": bought * buyer.is_returning,
        "purchases": Decimal(buyer.purchases),
        "amount": buyer.amount,
        "repeat_customer_amount": buyer.amount * buyer.is_repeat,
    }


def buyer_parts(metric: str, buyers: Iterable[Buyer], member: str) -> list[CustomerPart]:
    """Return what each buyer adds to a metric of ``PURCHASE_PARTS``; who adds nothing is left out."""
    parts = PURCHASE_PARTS[metric]
    found = []
    for buyer in buyers:
        if buyer.member != member:
            continue
        figures = figures_of_buyer(buyer)
        numerator = figures[parts.numerator]
        denominator = figures[parts.denominator] if parts.denominator else ZERO
        if numerator or denominator:
            found.append(CustomerPart(buyer.customer_id, numerator, denominator))
    return found


def buyers_of(con: duckdb.DuckDBPyConnection, span: Span, *, dimension: str) -> list[Buyer]:
    """Return everybody who bought before the closing of a period, in order of id."""
    rows = con.execute(
        f"""
        with

        purchases as (
            select customer_id, purchase_id, purchase_number, purchased_on, sum(amount) as amount
            from marts.fct_purchase_lines
            where purchased_on < $closing
            group by all
        ),

        buyers as (
            select
                customer_id,
                count(*) filter (purchased_on >= $opening) as purchases,
                coalesce(sum(amount) filter (purchased_on >= $opening), 0)::decimal(18, 2) as amount,
                min(purchased_on) < $opening as is_returning,
                count(*) > 1 as is_repeat
            from purchases
            group by customer_id
        )

        select customer_id, {_member_sql(con, dimension)} as member, purchases, amount,
            is_returning, is_repeat
        from buyers left join marts.dim_customers using (customer_id)
        order by customer_id
        """,  # noqa: S608
        {"opening": span.opening_on, "closing": span.closing_on},
    ).fetchall()
    return [Buyer(*row) for row in rows]


def explained_buyers(
    con: duckdb.DuckDBPyConnection, metric: str, span: Span, *, dimension: str, member: str
) -> list[CustomerPart]:
    """Return the buyers behind a figure, each with the lines of the purchases that make the part."""
    buyers = {buyer.customer_id: buyer for buyer in buyers_of(con, span, dimension=dimension)}
    parts = buyer_parts(metric, buyers.values(), member)
    lines = _lines(con, [part.customer_id for part in parts], PURCHASE_PARTS[metric], span)
    explained = []
    for part in parts:
        shown = tuple(lines[part.customer_id])
        wrong = contradiction(
            shown, buyers[part.customer_id], shows_period=PURCHASE_PARTS[metric].shows_period
        )
        explained.append(replace(part, purchases=shown, contradiction=wrong))
    return explained


def contradiction(lines: Iterable[PurchaseLine], buyer: Buyer, *, shows_period: bool) -> str:
    """Return where the lines do not make the buyer's purchases; empty where they do."""
    if not shows_period:
        return ""
    in_period = [line for line in lines if line.in_period]
    amount = sum((line.amount for line in in_period), ZERO)
    purchases = len({line.purchase_id for line in in_period})
    if (purchases, amount) == (buyer.purchases, buyer.amount):
        return ""
    return (
        f"{buyer.purchases} purchases of {buyer.amount}, but its lines say {purchases} of {amount}"
    )


def _lines(
    con: duckdb.DuckDBPyConnection, customers: list[str], parts: PurchaseParts, span: Span
) -> dict[str, list[PurchaseLine]]:
    rows = con.execute(
        """
        select
            customer_id, purchased_on, purchase_id, purchase_number, document_id, product_id, amount,
            purchased_on >= $opening as in_period,
            source_table,
            case when source_table = 'orders' then document_id || '/' else '' end || line_id,
            source_file, source_row
        from marts.fct_purchase_lines
        where
            customer_id in (select unnest($customers::varchar[]))
            and purchased_on < $closing
            and (
                ($shows_period and purchased_on >= $opening)
                or purchase_number <= $earlier_shown
            )
        order by customer_id, purchase_number, document_id, line_id
        """,
        {
            "customers": customers,
            "opening": span.opening_on,
            "closing": span.closing_on,
            "shows_period": parts.shows_period,
            "earlier_shown": parts.earlier_shown,
        },
    ).fetchall()
    found: dict[str, list[PurchaseLine]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(PurchaseLine(*(*row[1:8], SourceRow(*row[8:]))))
    return found


def _member_sql(con: duckdb.DuckDBPyConnection, dimension: str) -> str:
    """Return SQL for the member of the dimension that a buyer is at the closing."""
    if dimension == "all":
        return "'all'"
    if dimension == "plan":
        return """coalesce((
            select any_value(plan_days.plan_id)
            from marts.customer_plan_days as plan_days
            where
                plan_days.customer_id = buyers.customer_id
                and plan_days.valid_from < $closing
                and coalesce(plan_days.valid_to, date '9999-12-31') >= $closing
        ), '(none)')"""
    return f"coalesce({attribute_sql(con, 'published', dimension)}, '(none)')"
