"""The customers behind a figure of purchases, and the lines of orders or invoices that show it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import duckdb

from dagster_project.numbers.explain.explained import Contribution, PurchaseLine, SourceRow
from dagster_project.numbers.metric_value import ZERO
from dagster_project.numbers.purchases import (
    PURCHASE_FORMULAS,
    Buyer,
    buyers_of,
    measures_of_buyer,
)
from dagster_project.numbers.recurring import Span
from dagster_project.plural import counted


@dataclass(frozen=True)
class ShownPurchases:
    """Which purchases show what makes a customer's part.

    :ivar earlier: how many of the customer's first ones, because they are what makes the part, beside those
        of the period.
    :ivar in_period: whether those of the period.
    """

    earlier: int = 0
    in_period: bool = True


_OF_THE_PERIOD = ShownPurchases()
_SHOWN: dict[str, ShownPurchases] = {
    "returning_buyers": ShownPurchases(earlier=1),
    "returning_rate": ShownPurchases(earlier=1),
    "repeat_purchases": ShownPurchases(earlier=1),
    "repeat_purchase_amount": ShownPurchases(earlier=1),
    "repeat_customer_amount": ShownPurchases(earlier=2),
    "average_days_between": ShownPurchases(earlier=1),
    "repeat_revenue_share": ShownPurchases(earlier=2),
    "buyers_to_date": ShownPurchases(earlier=1, in_period=False),
    "repeat_buyers_to_date": ShownPurchases(earlier=2, in_period=False),
    "repeat_customer_rate": ShownPurchases(earlier=2, in_period=False),
}


def buyer_contributions(metric: str, buyers: Iterable[Buyer], member: str) -> list[Contribution]:
    """Return what each buyer adds to a metric of ``PURCHASE_PARTS``; who adds nothing is left out."""
    parts = PURCHASE_FORMULAS[metric]
    found = []
    for buyer in buyers:
        if buyer.member != member:
            continue
        added = parts.of(measures_of_buyer(buyer))
        if any(added.values()):
            found.append(
                Contribution(buyer.customer_id, added["numerator"], added.get("denominator", ZERO))
            )
    return found


def explained_buyers(
    con: duckdb.DuckDBPyConnection, metric: str, span: Span, *, dimension: str, member: str
) -> list[Contribution]:
    """Return the buyers behind a figure, each with the lines of the purchases that make the part."""
    found = buyers_of(con, "published", span, dimension=dimension)
    buyers = {buyer.customer_id: buyer for buyer in found}
    parts = buyer_contributions(metric, buyers.values(), member)
    shows = _SHOWN.get(metric, _OF_THE_PERIOD)
    lines = _lines(con, [part.customer_id for part in parts], shows, span)
    explained = []
    for part in parts:
        shown = tuple(lines[part.customer_id])
        wrong = contradiction(shown, buyers[part.customer_id], shows_period=shows.in_period)
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
    return f"{counted(buyer.purchases, 'purchase')} of {buyer.amount}, but its lines say {purchases} of {amount}"


def _lines(
    con: duckdb.DuckDBPyConnection, customers: list[str], shows: ShownPurchases, span: Span
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
            "shows_period": shows.in_period,
            "earlier_shown": shows.earlier,
        },
    ).fetchall()
    found: dict[str, list[PurchaseLine]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(PurchaseLine(*(*row[1:8], SourceRow(*row[8:]))))
    return found
