"""Section 1 of METRICS.md: from each billing shape to pieces of recurring revenue.

Exact arithmetic throughout: amounts are fractions of a cent in the currency they were billed in,
and are rounded once, half away from zero, when they are valued in the reporting currency. Daily
sums belong in ``daily``.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.reference.days import add_months, business_date
from tests.reference.rows import Books, InvoiceLine, Plan, Subscription, Terms

MONTHS_OF = {
    "year": Fraction(12),
    "quarter": Fraction(3),
    "month": Fraction(1),
    "week": Fraction(12, 52),
    "day": Fraction(12, 365),
}
DEAD = {"void", "draft", "uncollectible"}


@dataclass(frozen=True)
class Piece:
    """A piece of subscription worth ``cents`` (of ``currency``) a month on the days ``[valid_from,
    valid_to)``.
    """

    customer_id: str
    subscription_id: str | None
    plan_id: str | None
    cents: Fraction
    currency: str
    valid_from: date
    valid_to: date | None
    ended_by: str = ""


def round_half_away(value: Fraction) -> int:
    """Return the nearest whole number; halves go away from zero."""
    whole = (abs(value) * 2 + 1) // 2
    return int(whole) if value >= 0 else -int(whole)


def surviving_ids(books: Books) -> dict[str, str]:
    """Return for every id named in an alias the id that survives, along chains."""
    step = {alias.customer_id: alias.same_as_customer_id for alias in books.aliases}
    survivors = {}
    for start in step:
        here = start
        while here in step:
            here = step[here]
        survivors[start] = here
    return survivors


def pieces(books: Books, terms: Terms) -> tuple[Piece, ...]:
    """Return the recurring pieces of ``books`` in the shape that ``terms`` names, under surviving
    ids.
    """
    build = {
        "subscription_periods": _from_periods,
        "subscription_items": _from_items,
        "invoice_lines": _from_invoice_lines,
    }[terms.recurring_from]
    survivors = surviving_ids(books)
    subscriptions = {row.subscription_id: row for row in books.subscriptions}
    found = []
    for piece in build(books, terms):
        subscription = subscriptions.get(piece.subscription_id or "")
        cut = _cut_at_request(piece, subscription, terms)
        if cut.valid_to is not None and cut.valid_to <= cut.valid_from:
            continue
        customer = survivors.get(cut.customer_id, cut.customer_id)
        found.append(Piece(**{**cut.__dict__, "customer_id": customer}))
    return tuple(found)


def _cents(amount: Decimal) -> Fraction:
    return Fraction(amount) * 100


def _cut_at_request(piece: Piece, subscription: Subscription | None, terms: Terms) -> Piece:
    if terms.churn_recognition != "cancel_request" or subscription is None:
        return piece
    if subscription.cancel_requested_at is None:
        return piece
    requested = business_date(subscription.cancel_requested_at, terms.timezone)
    return _ending(piece, requested, piece.ended_by)


def _ending(piece: Piece, end: date, reason: str) -> Piece:
    if piece.valid_to is not None and piece.valid_to <= end:
        return piece
    return Piece(**{**piece.__dict__, "valid_to": end, "ended_by": reason})


def _from_periods(books: Books, terms: Terms) -> Iterator[Piece]:
    for row in books.subscription_periods:
        yield Piece(
            row.customer_id,
            row.subscription_id,
            row.plan_id,
            _cents(row.mrr),
            row.currency or terms.reporting,
            row.valid_from_on,
            row.valid_to_on,
        )


def _from_items(books: Books, terms: Terms) -> Iterator[Piece]:
    plans = {plan.plan_id: plan for plan in books.plans}
    subscriptions = {row.subscription_id: row for row in books.subscriptions}
    for row in books.subscription_items:
        plan = plans.get(row.plan_id)
        unit = plan.unit_amount if row.unit_amount is None and plan else row.unit_amount
        assert unit is not None, f"{row.item_id} has no price"
        interval = row.interval or (plan.interval if plan else "month")
        count = row.interval_count or (plan.interval_count if plan and not row.interval else 1)
        quantity = Fraction(row.quantity) if row.quantity is not None else Fraction(1)
        rate = (
            _cents(unit)
            * quantity
            * (1 - Fraction(row.discount or 0))
            / (MONTHS_OF[interval] * count)
        )
        start = business_date(row.valid_from_at, terms.timezone)
        subscription = subscriptions.get(row.subscription_id)
        if subscription is not None and subscription.trial_end_at is not None:
            start = max(start, business_date(subscription.trial_end_at, terms.timezone))
        yield Piece(
            row.customer_id,
            row.subscription_id,
            row.plan_id,
            rate,
            row.currency or (plan.currency if plan else terms.reporting),
            start,
            business_date(row.valid_to_at, terms.timezone) if row.valid_to_at else None,
        )


def _from_invoice_lines(books: Books, terms: Terms) -> Iterator[Piece]:
    plans = {plan.plan_id: plan for plan in books.plans}
    subscriptions = {row.subscription_id: row for row in books.subscriptions}
    kinds = {"recurring", "usage"} if terms.usage_is_recurring else {"recurring"}
    lines = [
        line
        for line in books.invoice_lines
        if line.kind in kinds and line.invoice_status not in DEAD and line.period_start_at
    ]
    full_lines = defaultdict(list)
    for line in lines:
        if not line.is_proration:
            full_lines[line.subscription_id].append(line)
    debited: dict[tuple[str | None, str | None, Decimal | None], set[Fraction]] = defaultdict(set)
    for line in sorted(lines, key=lambda line: (line.amount < 0, line.line_id)):
        assert line.period_start_at is not None and line.period_end_at is not None
        plan = plans.get(line.plan_id or "")
        if line.is_proration:
            billed = (line.subscription_id, line.plan_id, line.quantity)
            rate = _prorated_rate(line, plans, full_lines[line.subscription_id], debited[billed])
            if line.amount > 0:
                debited[billed].add(rate)
        else:
            rate = _cents(line.amount) / _months_covered(line, plan, terms.timezone)
        start = business_date(line.period_start_at, terms.timezone)
        piece = Piece(
            line.customer_id,
            line.subscription_id,
            line.plan_id,
            rate,
            line.currency,
            start,
            business_date(line.period_end_at, terms.timezone),
        )
        subscription = subscriptions.get(line.subscription_id or "")
        if line.invoice_status == "open":
            piece = _until_patience_ends(piece, line, subscription, terms)
        if subscription is not None and subscription.ended_at is not None:
            piece = _ending(piece, business_date(subscription.ended_at, terms.timezone), "")
        yield piece


def _until_patience_ends(
    piece: Piece, line: InvoiceLine, subscription: Subscription | None, terms: Terms
) -> Piece:
    """An unpaid line counts for ``dunning_days`` after issue; who asked to leave before left by himself."""
    issued = business_date(line.issued_at, terms.timezone)
    patience = issued + timedelta(days=terms.dunning_days)
    assert piece.valid_to is not None
    asked = subscription is not None and subscription.cancel_requested_at is not None
    if patience >= piece.valid_to:
        return Piece(**{**piece.__dict__, "ended_by": "" if asked else "unpaid"})
    return _ending(piece, patience, "unpaid")


def _months_covered(line: InvoiceLine, plan: Plan | None, timezone: str) -> Fraction:
    """Months of a whole service period: the plan's interval where it is that long, else what the
    dates say.
    """
    assert line.period_start_at is not None and line.period_end_at is not None
    start = business_date(line.period_start_at, timezone)
    end = business_date(line.period_end_at, timezone)
    days = (end - start).days
    if plan is not None:
        months = MONTHS_OF[plan.interval] * plan.interval_count
        # An anchor on the 31st shifts an end by up to three days, an hour beside midnight by one more.
        slack = 4 if months.denominator == 1 else 1
        nominal = (
            (add_months(start, int(months)) - start).days
            if months.denominator == 1
            else {"week": 7, "day": 1}[plan.interval] * plan.interval_count
        )
        if abs(days - nominal) <= slack:
            return months
    for months_long in range(1, 61):
        if add_months(start, months_long) == end:
            return Fraction(months_long)
    if days % 7 == 0:
        return MONTHS_OF["week"] * (days // 7)
    return MONTHS_OF["day"] * days


def _prorated_rate(
    line: InvoiceLine,
    plans: dict[str, Plan],
    full_lines: list[InvoiceLine],
    debited: set[Fraction],
) -> Fraction:
    """Monthly rate of a prorated line: amount / share of the interval, snapped where only rounding
    differs.

    A credit also snaps to the rate of a prorated line that it takes back (``debited``).
    """
    plan = plans.get(line.plan_id or "")
    assert plan is not None, f"{line.line_id}: a prorated line needs its plan"
    assert line.period_start_at is not None and line.period_end_at is not None
    months = MONTHS_OF[plan.interval] * plan.interval_count
    share = Fraction(
        round((line.period_end_at - line.period_start_at).total_seconds()),
        round(_interval_around(line, plan, full_lines).total_seconds()),
    )
    rate = _cents(line.amount) / share / months
    bound = Fraction(1, 2) / share / months
    sign = -1 if line.amount < 0 else 1
    price = _cents(plan.unit_amount) * Fraction(line.quantity or 1) / months
    known = {price * kept for kept in _shares_of_price_paid(plans, full_lines)}
    if near := [sign * one for one in known if abs(rate - sign * one) <= bound]:
        return min(near, key=lambda candidate: abs(candidate - rate))
    # Both were rounded: the line taken back may be off by as much as this one.
    taken_back = [-one for one in debited if line.amount < 0 and abs(rate + one) <= 2 * bound]
    return min(taken_back, key=lambda candidate: abs(candidate - rate), default=rate)


def _interval_around(line: InvoiceLine, plan: Plan, full_lines: list[InvoiceLine]) -> timedelta:
    """The billing interval that a prorated line is a share of."""
    assert line.period_start_at is not None and line.period_end_at is not None
    for full in full_lines:
        assert full.period_start_at is not None and full.period_end_at is not None
        if (
            full.period_start_at <= line.period_start_at
            and line.period_end_at <= full.period_end_at
        ):
            return full.period_end_at - full.period_start_at
    months = MONTHS_OF[plan.interval] * plan.interval_count
    if months.denominator != 1:
        return timedelta(days={"week": 7, "day": 1}[plan.interval] * plan.interval_count)
    end: datetime = line.period_end_at
    start = add_months(end.date(), -int(months))
    return end - end.replace(year=start.year, month=start.month, day=start.day)


def _shares_of_price_paid(plans: dict[str, Plan], full_lines: list[InvoiceLine]) -> set[Fraction]:
    """1, and what the subscription's whole lines say was left of the list price after discount."""
    kept = {Fraction(1)}
    for full in full_lines:
        plan = plans.get(full.plan_id or "")
        price = _cents(plan.unit_amount) * Fraction(full.quantity or 1) if plan else Fraction(0)
        if price:
            kept.add(_cents(full.amount) / price)
    return kept
