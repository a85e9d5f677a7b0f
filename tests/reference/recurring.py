"""Section 1 of METRICS.md: from each billing shape to pieces of recurring revenue.

Exact arithmetic throughout: amounts are fractions of a cent in the currency they were billed in,
and are rounded once, half away from zero, when they are valued in the reporting currency. Daily
sums belong in ``daily``.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
DEAD = {"void", "draft"}
UNPAID = {"open", "uncollectible"}
NEVER = {"incomplete", "incomplete_expired"}


@dataclass(frozen=True)
class Piece:
    """A piece of subscription worth ``cents`` (of ``currency``) a month on the days ``[valid_from,
    valid_to)``.

    ``months`` is the plan's interval, 0 where none is known; ``listed`` what it would be worth without its
    discount, where one is told.
    """

    customer_id: str
    subscription_id: str | None
    plan_id: str | None
    cents: Fraction
    currency: str
    valid_from: date
    valid_to: date | None
    ended_by: str = ""
    product: str | None = None
    months: Fraction = Fraction(0)
    quantity: Fraction = Fraction(1)
    listed: Fraction | None = None


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
    plans = {plan.plan_id: plan for plan in books.plans}
    requests = {
        row.subscription_id: business_date(row.cancel_requested_at, terms.timezone)
        for row in books.subscriptions
        if row.cancel_requested_at is not None
    }
    by_subscription: dict[str | None, list[Piece]] = defaultdict(list)
    for piece in build(books, terms):
        if piece.valid_to is None or piece.valid_from < piece.valid_to:
            by_subscription[piece.subscription_id].append(piece)
    found = []
    for subscription_id, owned in by_subscription.items():
        request = requests.get(subscription_id or "")
        counted = owned
        if request is not None and terms.churn_recognition == "cancel_request":
            counted = _ended_at_request(owned, request)
        for piece in counted:
            customer = survivors.get(piece.customer_id, piece.customer_id)
            found.append(
                replace(_agreed(piece, plans.get(piece.plan_id or "")), customer_id=customer)
            )
    return tuple(found)


def _agreed(piece: Piece, plan: Plan | None) -> Piece:
    """Return the piece with what its plan says of it."""
    if plan is None:
        return piece
    return replace(piece, product=plan.product, months=piece.months or _months(plan))


def _ended_at_request(owned: list[Piece], request: date) -> list[Piece]:
    """A request ends the stretch without a gap that it was made in, unless on its first day."""
    kept: list[Piece] = []
    for stretch in _stretches(owned):
        begun = stretch[0].valid_from
        over = max(piece.valid_to or date.max for piece in stretch)
        is_cut = begun < request < over
        kept += [
            _ending(piece, request, "") if is_cut else piece
            for piece in stretch
            if not is_cut or piece.valid_from < request
        ]
    return kept


def _stretches(owned: list[Piece]) -> list[list[Piece]]:
    """Return the pieces in groups, each without a gap in time."""
    groups: list[list[Piece]] = []
    reached = date.min
    for piece in sorted(owned, key=lambda piece: piece.valid_from):
        if not groups or piece.valid_from > reached:
            groups.append([])
        groups[-1].append(piece)
        reached = max(reached, piece.valid_to or date.max)
    return groups


def _cents(amount: Decimal) -> Fraction:
    return Fraction(amount) * 100


def _ending(piece: Piece, end: date, reason: str) -> Piece:
    if piece.valid_to is not None and piece.valid_to <= end:
        return piece
    return replace(piece, valid_to=end, ended_by=reason)


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
            quantity=_units(row.quantity),
        )


def _from_items(books: Books, terms: Terms) -> Iterator[Piece]:
    plans = {plan.plan_id: plan for plan in books.plans}
    subscriptions = {row.subscription_id: row for row in books.subscriptions}
    begins: dict[str, list[datetime]] = defaultdict(list)
    for row in books.subscription_items:
        begins[row.item_id].append(row.valid_from_at)
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
        if subscription is not None and subscription.status in NEVER:
            continue
        ends = [one for one in begins[row.item_id] if one > row.valid_from_at]
        ends += [row.valid_to_at] if row.valid_to_at else []
        yield Piece(
            row.customer_id,
            row.subscription_id,
            row.plan_id,
            rate,
            row.currency or (plan.currency if plan else terms.reporting),
            start,
            business_date(min(ends), terms.timezone) if ends else None,
            months=MONTHS_OF[interval] * count,
            quantity=quantity,
            listed=_cents(unit) * quantity / (MONTHS_OF[interval] * count),
        )


def _units(quantity: Decimal | None) -> Fraction:
    return Fraction(1) if quantity is None else Fraction(quantity)


def _from_invoice_lines(books: Books, terms: Terms) -> Iterator[Piece]:
    plans = {plan.plan_id: plan for plan in books.plans}
    subscriptions = {row.subscription_id: row for row in books.subscriptions}
    kinds = {"recurring", "usage"} if terms.usage_is_recurring else {"recurring"}
    contracts: dict[str, list[InvoiceLine]] = defaultdict(list)
    for line in books.invoice_lines:
        if line.kind in kinds and line.invoice_status not in DEAD and line.period_start_at:
            contracts[line.subscription_id or line.customer_id].append(line)
    for lines in contracts.values():
        subscription = subscriptions.get(lines[0].subscription_id or "")
        yield from (
            _ended_by_subscription(piece, subscription, terms)
            for piece in contract_pieces(lines, plans, terms)
        )


def _ended_by_subscription(piece: Piece, subscription: Subscription | None, terms: Terms) -> Piece:
    """End a piece with its subscription; who asked to leave before left of its own will."""
    ended = piece
    if subscription is not None and subscription.ended_at is not None:
        ended = _ending(piece, business_date(subscription.ended_at, terms.timezone), "")
    has_asked = subscription is not None and subscription.cancel_requested_at is not None
    if ended.ended_by == "asked" and not has_asked:
        return replace(ended, ended_by="unpaid")
    return ended


def contract_pieces(
    lines: list[InvoiceLine], plans: dict[str, Plan], terms: Terms
) -> Iterator[Piece]:
    """Yield what the lines of one subscription are worth: debits first, then what takes them back."""
    full = [line for line in lines if not line.is_proration and line.kind == "recurring"]
    debits: list[tuple[InvoiceLine, Piece]] = []
    for line in lines:
        if line.amount < 0:
            continue
        plan = plans.get(line.plan_id or "")
        if line.is_proration:
            assert plan is not None, f"{line.line_id}: a prorated line needs its plan"
            rate = _full_amount(line, plan, plans, full) / _months(plan)
        else:
            rate = _cents(line.amount) / _months_covered(line, plan, terms.timezone)
        piece = _until_patience_ends(_piece(line, rate, terms), line, terms)
        replaced = [
            start
            for other in full
            if other.invoice_id != line.invoice_id
            and _product(other, plans) == _product(line, plans)
            and (start := _piece(other, rate, terms).valid_from) > piece.valid_from
        ]
        debits.append((line, _ending(piece, min(replaced, default=date.max), "")))
    yield from (piece for _, piece in debits)
    for line in lines:
        if line.amount < 0:
            yield _taken_back(line, debits, terms)


def _piece(line: InvoiceLine, rate: Fraction, terms: Terms) -> Piece:
    assert line.period_start_at is not None and line.period_end_at is not None
    return Piece(
        line.customer_id,
        line.subscription_id,
        line.plan_id,
        rate,
        line.currency,
        business_date(line.period_start_at, terms.timezone),
        business_date(line.period_end_at, terms.timezone),
        quantity=_units(line.quantity),
        listed=rate * (1 + Fraction(line.discount_included) / abs(Fraction(line.amount)))
        if line.discount_included and line.amount
        else None,
    )


def _product(line: InvoiceLine, plans: dict[str, Plan]) -> str | None:
    plan = plans.get(line.plan_id or "")
    return plan.product if plan and plan.product else line.plan_id


def _months(plan: Plan) -> Fraction:
    return MONTHS_OF[plan.interval] * plan.interval_count


def _taken_back(
    credit: InvoiceLine, debits: list[tuple[InvoiceLine, Piece]], terms: Terms
) -> Piece:
    """Return minus the piece that a credit names: same plan and end, the last that had begun."""
    assert credit.period_start_at is not None
    named = [
        (line.period_start_at, number)
        for number, (line, _) in enumerate(debits)
        if line.period_start_at is not None
        and (line.plan_id, line.quantity) == (credit.plan_id, credit.quantity)
        and line.period_end_at == credit.period_end_at
        and line.period_start_at <= credit.period_start_at
        and line.kind == "recurring"
    ]
    assert named, f"{credit.line_id} takes back nothing that was billed"
    _, piece = debits[max(named)[1]]
    own = _piece(credit, -piece.cents, terms)
    return replace(own, valid_to=piece.valid_to)


def _until_patience_ends(piece: Piece, line: InvoiceLine, terms: Terms) -> Piece:
    """An unpaid line counts for ``dunning_days`` after issue or the beginning of its service,
    whichever is later; ``asked``: unpaid to the end of its period, which may have been asked for.
    """
    if line.invoice_status not in UNPAID:
        return piece
    begins = max(business_date(line.issued_at, terms.timezone), piece.valid_from)
    patience = begins + timedelta(days=terms.dunning_days)
    assert piece.valid_to is not None
    if patience >= piece.valid_to:
        return replace(piece, ended_by="asked")
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


def _full_amount(
    line: InvoiceLine, plan: Plan, plans: dict[str, Plan], full_lines: list[InvoiceLine]
) -> Fraction:
    """The whole cents of which a prorated line is a part: what full lines billed before the price,
    and of them the one that follows first.
    """
    assert line.period_start_at is not None and line.period_end_at is not None
    share = Fraction(
        round((line.period_end_at - line.period_start_at).total_seconds()),
        round(_interval_around(line, plan, full_lines).total_seconds()),
    )
    alike = [
        full
        for full in full_lines
        if (full.plan_id, full.quantity) == (line.plan_id, line.quantity) and full.amount
    ]
    alike.sort(key=lambda full: full.period_start_at != line.period_end_at)
    price = _cents(plan.unit_amount) * Fraction(line.quantity or 1)
    known = [_cents(full.amount) for full in alike]
    known += [price * kept for kept in sorted(_shares_of_price_paid(plans, full_lines))]
    for candidate in known:
        whole = round_half_away(candidate)
        # a discount was rounded too
        roundings = 1 if whole >= price else 2
        if abs(whole * share - _cents(line.amount)) <= Fraction(roundings, 2):
            return Fraction(whole)
    # Nothing is known of it: prices are round.
    billed = _cents(line.amount)
    for step in (10_000, 1_000, 500, 100, 50, 10, 5, 1):
        whole = step * round_half_away(billed / share / step)
        if abs(whole * share - billed) <= Fraction(1, 2):
            return Fraction(whole)
    return Fraction(round_half_away(billed / share))


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
