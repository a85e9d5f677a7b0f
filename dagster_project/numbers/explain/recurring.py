"""The customers behind a figure of recurring revenue, and the movements that show it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import duckdb

from dagster_project.numbers.explain.explained import Contribution, Movement, SourceRow
from dagster_project.numbers.formulas import Measures
from dagster_project.numbers.metric_value import ZERO
from dagster_project.numbers.recurring import (
    RECURRING_FORMULAS,
    CustomerSpan,
    Span,
    customer_spans,
    measures_of,
)

_OF_THE_OPENING = {"customers_opening", "mrr_opening"}
_OF_THE_CLOSING = {"customers_closing", "mrr_closing", "arpa"}


@dataclass(frozen=True)
class CustomerMeasures:
    """A customer at both ends of a span, and what it adds to each measure of one member."""

    span: CustomerSpan
    figures: Measures


def measures_by_member(spans: Iterable[CustomerSpan]) -> dict[str, list[CustomerMeasures]]:
    """Return what customers add to the figures of each member of the dimension they were read for."""
    found: dict[str, list[CustomerMeasures]] = defaultdict(list)
    for span in spans:
        for member in {span.member_opening, span.member_closing}:
            found[member].append(CustomerMeasures(span, measures_of(span.seen_from(member))))
    return found


def contributions(metric: str, customers: Iterable[CustomerMeasures]) -> list[Contribution]:
    """Return what each customer of a member adds to a metric of ``RECURRING_FORMULAS``; those who
    add nothing are left out.
    """
    parts = RECURRING_FORMULAS[metric]
    found = []
    for customer in customers:
        numerator = parts.numerator(customer.figures)
        denominator = parts.denominator(customer.figures) if parts.denominator else ZERO
        if numerator or denominator:
            span = customer.span
            found.append(
                Contribution(
                    span.customer_id,
                    numerator,
                    denominator,
                    status=span.status,
                    opening=span.opening,
                    closing=span.closing,
                    reason=span.reason,
                )
            )
    return found


def explained_customers(
    con: duckdb.DuckDBPyConnection, metric: str, span: Span, *, dimension: str, member: str
) -> list[Contribution]:
    """Return the customers behind a figure, each with the movements that make both ends of the span.

    A figure of the opening, or of the closing, is a state: the last movement before shows it. All
    others show the last movement before the span and those in it.
    """
    spans = customer_spans(con, "published", span, dimension=dimension)
    parts = contributions(metric, measures_by_member(spans).get(member, []))
    since, before = span.opening_on, span.closing_on
    if metric in _OF_THE_OPENING:
        before = since
    if metric in _OF_THE_CLOSING:
        since = before
    movements = _movements(con, [part.customer_id for part in parts], since=since, before=before)
    explained = []
    for part in parts:
        shown = tuple(movements[part.customer_id])
        wrong = contradiction(
            shown,
            since=since,
            opening=part.closing if metric in _OF_THE_CLOSING else part.opening,
            closing=part.opening if metric in _OF_THE_OPENING else part.closing,
        )
        explained.append(replace(part, movements=shown, contradiction=wrong))
    return explained


def contradiction(
    movements: Iterable[Movement], *, since: date, opening: Decimal | None, closing: Decimal | None
) -> str:
    """Return where the movements do not lead from opening to closing; empty where they do.

    :param movements: those of one customer in order, the last ones before ``since`` included.
    """
    worth = ZERO
    in_span = False
    for movement in movements:
        if movement.movement_on < since:
            worth = movement.mrr_after
            continue
        if not in_span and worth != opening:
            break
        in_span = True
        if movement.mrr_before != worth:
            return (
                f"a movement on {movement.movement_on} begins at {movement.mrr_before}, not {worth}"
            )
        worth += movement.amount
    if not in_span and worth != opening:
        return f"worth {opening} at opening, but its movements say {worth}"
    if worth != closing:
        return f"worth {closing} at closing, but its movements say {worth}"
    return ""


def _movements(
    con: duckdb.DuckDBPyConnection, customers: list[str], *, since: date, before: date
) -> dict[str, list[Movement]]:
    """Return the movements of ``[since, before)`` and those of the last day before, by customer."""
    rows = con.execute(
        """
        with dated as (
            select
                *,
                max(movement_on) filter (where movement_on < $since)
                    over (partition by customer_id) as last_before
            from marts.fct_mrr_movements
            where movement_on < $before and customer_id in (select unnest($customers::varchar[]))
        )
        select
            customer_id, movement_on, movement_type, amount, mrr_before, mrr_after,
            subscription_id, plan_id, source_table, source_key, source_file, source_row
        from dated
        where movement_on >= $since or movement_on = last_before
        -- the customer's own movement of a day follows upon that of the exchange rates
        order by customer_id, movement_on, movement_type <> 'fx'
        """,
        {"customers": customers, "since": since, "before": before},
    ).fetchall()
    found: dict[str, list[Movement]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(Movement(*(*row[1:8], SourceRow(*row[8:]))))
    return found
