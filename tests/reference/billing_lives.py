"""One subscription as a billing system would run it, told in all three shapes of CONTRACT.md at once.

A life is a chain of billing intervals from an anchor. What happens in each (a change in mid-cycle, a void or
unpaid invoice, a pause, the end) is drawn at random; the three shapes are written from the same events, so they
must give the same movements. Prices are such that every monthly value is a whole number of cents where the
currency is not the reporting one: there a shape that was rounded before conversion could differ by a cent.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

from tests.reference.days import add_months, business_date
from tests.reference.recurring import MONTHS_OF, round_half_away
from tests.reference.rows import (
    Books,
    InvoiceLine,
    Plan,
    Subscription,
    SubscriptionItem,
    SubscriptionPeriod,
)

DISCOUNTS = (None, None, None, Decimal("0.1"), Decimal("0.2"), Decimal("0.25"), Decimal("0.5"))
REASONS = ("too expensive", "missing feature", "closed down", None)


@dataclass(frozen=True)
class World:
    """What a life is lived in."""

    timezone: str
    until: date
    dunning_days: int
    plans: tuple[Plan, ...]


@dataclass(frozen=True)
class Stretch:
    """The subscription is on ``plan`` x ``quantity`` on ``[start, end)``; trials are worth nothing."""

    start: datetime
    end: datetime | None
    plan: Plan
    quantity: Decimal
    is_trial: bool = False


@dataclass
class _Ledger:
    """What the billing system has written so far for one subscription."""

    subscription_id: str
    customer_id: str
    discount: Decimal | None
    lines: list[InvoiceLine] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    invoices: int = 0

    def invoice(
        self,
        status: str,
        issued: datetime,
        parts: list[tuple[str, Plan, Decimal, Decimal, datetime, datetime, bool]],
    ) -> None:
        """Write one invoice; a part is (kind, plan, quantity, amount, start, end, is_proration)."""
        self.invoices += 1
        invoice_id = f"{self.subscription_id}-in{self.invoices}"
        for number, (kind, plan, quantity, amount, start, end, is_proration) in enumerate(parts):
            self.lines.append(
                InvoiceLine(
                    line_id=f"{invoice_id}-{number}",
                    invoice_id=invoice_id,
                    invoice_status=status,
                    customer_id=self.customer_id,
                    kind=kind,
                    amount=amount,
                    currency=plan.currency,
                    issued_at=issued,
                    subscription_id=self.subscription_id,
                    plan_id=plan.plan_id,
                    quantity=quantity,
                    period_start_at=start,
                    period_end_at=end,
                    is_proration=is_proration,
                    paid_at=issued + timedelta(hours=1) if status == "paid" else None,
                )
            )

    def serve(self, stretch: Stretch) -> None:
        """Note what was served; what goes on unchanged is one stretch."""
        last = self.stretches[-1] if self.stretches else None
        if last and (last.end, last.plan, last.quantity, last.is_trial) == (
            stretch.start,
            stretch.plan,
            stretch.quantity,
            stretch.is_trial,
        ):
            self.stretches[-1] = Stretch(
                last.start, stretch.end, last.plan, last.quantity, last.is_trial
            )
        else:
            self.stretches.append(stretch)


def boundary(anchor: datetime, plan: Plan, number: int) -> datetime:
    """Return the start of interval ``number`` of a subscription anchored at ``anchor`` (in UTC, as billed)."""
    if plan.interval in ("week", "day"):
        days = {"week": 7, "day": 1}[plan.interval] * plan.interval_count
        return anchor + timedelta(days=days * number)
    months = int(MONTHS_OF[plan.interval]) * plan.interval_count
    day = add_months(anchor.date(), months * number)
    return anchor.replace(year=day.year, month=day.month, day=day.day)


def price(plan: Plan, quantity: Decimal, discount: Decimal | None) -> Decimal:
    """Return what one interval costs."""
    return (plan.unit_amount * quantity * (1 - (discount or 0))).quantize(Decimal("0.01"))


def _cents(amount: Fraction) -> Decimal:
    return (Decimal(round_half_away(amount * 100)) / 100).quantize(Decimal("0.01"))


def _part(amount: Decimal, start: datetime, end: datetime, whole: timedelta) -> Decimal:
    share = Fraction(round((end - start).total_seconds()), round(whole.total_seconds()))
    return _cents(Fraction(amount) * share)


def _moment_between(rng: Random, start: datetime, end: datetime, *, on_days: bool) -> datetime:
    days = (end - start).days
    if on_days or days < 2:
        return start + timedelta(days=rng.randint(1, max(1, days - 1)))
    return start + timedelta(seconds=rng.randint(3600, round((end - start).total_seconds()) - 3600))


def live(
    rng: Random, world: World, subscription_id: str, customer_id: str, start: datetime
) -> Books:
    """Return one subscription's rows in all three shapes, from ``start`` to its end or past ``until``."""
    discount = rng.choice(DISCOUNTS)
    ledger = _Ledger(subscription_id, customer_id, discount)
    plan = rng.choice(world.plans)
    quantity = Decimal(rng.choice((1, 1, 1, 2, 3, 5)))
    on_days = start.time() == datetime.min.time()
    facts: dict[str, datetime | bool | str | None] = {"started_at": start, "status": "active"}
    if rng.random() < 0.2:
        trial_end = start + timedelta(days=rng.choice((7, 14, 30)))
        facts |= {"trial_start_at": start, "trial_end_at": trial_end}
        ledger.invoice(
            "paid", start, [("recurring", plan, quantity, Decimal("0.00"), start, trial_end, False)]
        )
        ledger.serve(Stretch(start, trial_end, plan, quantity, is_trial=True))
        start = trial_end
        if rng.random() < 0.2:
            facts |= {"status": "canceled", "ended_at": trial_end, "cancel_at_period_end": False}
            return _told(ledger, facts, world)
    anchor, number = start, 0
    while True:
        begin, end = boundary(anchor, plan, number), boundary(anchor, plan, number + 1)
        number += 1
        if business_date(begin, world.timezone) > world.until:
            break
        due = price(plan, quantity, discount)
        whole = ("recurring", plan, quantity, due, begin, end, False)
        chance = rng.random()
        if chance < 0.02:
            ledger.invoice(rng.choice(("void", "draft", "uncollectible")), begin, [whole])
            continue
        if chance < 0.04 and number > 1:
            number += rng.randint(0, 2)
            continue
        if chance < 0.07:
            ledger.invoice("open", begin, [whole])
            stop = _midnight(
                business_date(begin, world.timezone) + timedelta(days=world.dunning_days), world
            )
            ledger.serve(Stretch(begin, min(end, stop), plan, quantity))
            facts |= {"status": "unpaid", "cancellation_reason": "payment_failed"}
            break
        parts = [whole, *_beside(rng, plan, quantity, begin, end)]
        ledger.invoice("paid", begin, parts)
        if chance < 0.11:
            asked = _moment_between(rng, begin, end, on_days=on_days)
            facts |= {
                "status": "canceled",
                "cancel_requested_at": asked,
                "cancel_at_period_end": True,
                "ended_at": end,
                "cancellation_reason": rng.choice(REASONS),
            }
            ledger.serve(Stretch(begin, end, plan, quantity))
            break
        if chance < 0.14:
            left = _moment_between(rng, begin, end, on_days=on_days)
            credit = -_part(due, left, end, end - begin)
            ledger.invoice("paid", left, [("recurring", plan, quantity, credit, left, end, True)])
            facts |= {
                "status": "canceled",
                "cancel_requested_at": left,
                "cancel_at_period_end": False,
                "ended_at": left,
                "cancellation_reason": rng.choice(REASONS),
            }
            ledger.serve(Stretch(begin, left, plan, quantity))
            break
        since = begin
        while rng.random() < 0.12:
            changed = _moment_between(rng, since, end, on_days=on_days)
            if not since < changed < end:
                break
            old = price(plan, quantity, discount)
            ledger.serve(Stretch(since, changed, plan, quantity))
            plan_before, quantity_before = plan, quantity
            plan, quantity = _another(rng, world, plan, quantity)
            now = price(plan, quantity, discount)
            credit = -_part(old, changed, end, end - begin)
            debit = _part(now, changed, end, end - begin)
            ledger.invoice(
                "paid",
                changed,
                [
                    ("recurring", plan_before, quantity_before, credit, changed, end, True),
                    ("recurring", plan, quantity, debit, changed, end, True),
                ],
            )
            since = changed
        ledger.serve(Stretch(since, end, plan, quantity))
        if rng.random() < 0.02:
            plan, anchor, number = rng.choice(world.plans), end, 0
            plan = (
                plan if plan.currency == ledger.lines[-1].currency else ledger_plan(ledger, world)
            )
    return _told(ledger, facts, world)


def ledger_plan(ledger: _Ledger, world: World) -> Plan:
    """Return the plan last served."""
    del world
    return ledger.stretches[-1].plan


def _another(rng: Random, world: World, plan: Plan, quantity: Decimal) -> tuple[Plan, Decimal]:
    """Another plan of the same rhythm and currency, or another quantity."""
    alike = [
        other
        for other in world.plans
        if (other.interval, other.interval_count, other.currency)
        == (plan.interval, plan.interval_count, plan.currency)
        and other != plan
    ]
    if alike and rng.random() < 0.7:
        return rng.choice(alike), quantity
    return plan, quantity + rng.choice((1, 2, -1)) if quantity > 1 else quantity + 1


def _beside(
    rng: Random, plan: Plan, quantity: Decimal, start: datetime, end: datetime
) -> list[tuple[str, Plan, Decimal, Decimal, datetime, datetime, bool]]:
    """Lines that are not recurring and must change nothing."""
    found = []
    for kind, amount in (
        ("tax", "19.03"),
        ("one_off", "250.00"),
        ("credit", "-5.00"),
        ("usage", "7.20"),
    ):
        if rng.random() < 0.03:
            found.append((kind, plan, quantity, Decimal(amount), start, end, False))
    return found


def _midnight(day: date, world: World) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(world.timezone)).astimezone(UTC)


def _told(ledger: _Ledger, facts: dict[str, datetime | bool | str | None], world: World) -> Books:
    """Write the stretches as items and as periods, beside the lines."""
    items, spans = [], []
    is_running = facts["status"] == "active"
    for number, stretch in enumerate(ledger.stretches):
        is_last = number == len(ledger.stretches) - 1
        end = (
            None
            if is_running
            and is_last
            and stretch.end
            and (business_date(stretch.end, world.timezone) > world.until)
            else stretch.end
        )
        plan = stretch.plan
        # Every other item leaves its price terms to its plan.
        own = number % 2 == 0
        items.append(
            SubscriptionItem(
                item_id=f"{ledger.subscription_id}-it{number}",
                subscription_id=ledger.subscription_id,
                customer_id=ledger.customer_id,
                plan_id=plan.plan_id,
                valid_from_at=stretch.start,
                valid_to_at=end,
                quantity=stretch.quantity,
                unit_amount=plan.unit_amount if own else None,
                currency=plan.currency if own else None,
                interval=plan.interval if own else None,
                interval_count=plan.interval_count if own else None,
                discount=ledger.discount,
            )
        )
        since = business_date(stretch.start, world.timezone)
        to = business_date(end, world.timezone) if end else None
        if to == since:
            continue
        monthly = price(plan, stretch.quantity, ledger.discount)
        worth = Fraction(monthly) / (MONTHS_OF[plan.interval] * plan.interval_count)
        spans.append(
            SubscriptionPeriod(
                ledger.subscription_id,
                ledger.customer_id,
                plan.plan_id,
                Decimal("0.00") if stretch.is_trial else _cents(worth),
                plan.currency,
                since,
                to,
                stretch.quantity,
            )
        )
    subscription = Subscription(ledger.subscription_id, ledger.customer_id, **facts)  # type: ignore[arg-type]
    return Books(
        subscriptions=(subscription,),
        subscription_periods=tuple(spans),
        subscription_items=tuple(items),
        invoice_lines=tuple(ledger.lines),
    )
