"""One subscription as a billing system would run it, told in all three shapes of CONTRACT.md at
once.

A life is a chain of billing intervals from an anchor. What happens in each (a change in mid-cycle,
a void or unpaid invoice, a pause, the end) is drawn at random; the three shapes are written from
the same events, so they must give the same movements. Prices are such that every monthly value is a
whole number of cents where the currency is not the reporting one: there a shape that was rounded
before conversion could differ by a cent.
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
NOT_RECURRING = (("tax", "19.03"), ("one_off", "250.00"), ("credit", "-5.00"), ("usage", "7.20"))
# kind, plan, quantity, amount, start, end, is_proration
LinePart = tuple[str, Plan, Decimal, Decimal, datetime, datetime, bool]
Facts = dict[str, datetime | bool | str | None]
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
        parts: list[LinePart],
    ) -> None:
        """Write one invoice."""
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
    """Return the start of interval ``number`` of a subscription anchored at ``anchor`` (in UTC, as
    billed).
    """
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


def share_of(amount: Decimal, start: datetime, end: datetime, whole: timedelta) -> Decimal:
    """Return what the part ``[start, end)`` of an interval costs, rounded to the cent as billed."""
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
    """Return one subscription's rows in all three shapes, from ``start`` to its end or past
    ``until``.
    """
    run = _Run(rng, world, _Ledger(subscription_id, customer_id, rng.choice(DISCOUNTS)), start)
    run.maybe_try()
    while not run.is_over:
        run.bill_next()
    return _told(run.ledger, run.facts, world)


class _Run:
    """A subscription while the billing system runs it."""

    def __init__(self, rng: Random, world: World, ledger: _Ledger, start: datetime) -> None:
        self.rng, self.world, self.ledger = rng, world, ledger
        self.plan = rng.choice(world.plans)
        self.quantity = Decimal(rng.choice((1, 1, 1, 2, 3, 5)))
        self.on_days = start.time() == datetime.min.time()
        self.facts: Facts = {"started_at": start, "status": "active"}
        self.anchor, self.number, self.is_over = start, 0, False

    @property
    def due(self) -> Decimal:
        """What one interval costs now."""
        return price(self.plan, self.quantity, self.ledger.discount)

    def maybe_try(self) -> None:
        """Begin with a trial, now and then; some leave when it ends."""
        if self.rng.random() >= 0.2:
            return
        start = self.anchor
        self.anchor = start + timedelta(days=self.rng.choice((7, 14, 30)))
        free = self._part("recurring", Decimal("0.00"), start, self.anchor)
        self.ledger.invoice("paid", start, [free])
        self.ledger.serve(Stretch(start, self.anchor, self.plan, self.quantity, is_trial=True))
        self.facts |= {"trial_start_at": start, "trial_end_at": self.anchor}
        if self.rng.random() < 0.2:
            self._end(self.anchor, asked=None, at_period_end=False)

    def bill_next(self) -> None:
        """Bill one interval and let happen in it what happens."""
        begin = boundary(self.anchor, self.plan, self.number)
        end = boundary(self.anchor, self.plan, self.number + 1)
        self.number += 1
        if business_date(begin, self.world.timezone) > self.world.until:
            self.is_over = True
            return
        whole = self._part("recurring", self.due, begin, end)
        chance = self.rng.random()
        if chance < 0.02:
            status = self.rng.choice(("void", "draft", "uncollectible"))
            self.ledger.invoice(status, begin, [whole])
            if status == "uncollectible":
                self._serve_unpaid(begin, end)
        elif chance < 0.04 and self.number > 1:
            self.number += self.rng.randint(0, 2)
        elif chance < 0.07:
            self._leave_unpaid(whole, begin, end)
        else:
            self.ledger.invoice("paid", begin, [whole, *self._beside(begin, end)])
            if chance < 0.11:
                asked = _moment_between(self.rng, begin, end, on_days=self.on_days)
                self.ledger.serve(Stretch(begin, end, self.plan, self.quantity))
                self._end(end, asked=asked, at_period_end=True)
            elif chance < 0.14:
                self._leave_at_once(begin, end)
            else:
                self._go_on(begin, end)

    def _part(
        self, kind: str, amount: Decimal, start: datetime, end: datetime, *, prorated: bool = False
    ) -> LinePart:
        return (kind, self.plan, self.quantity, amount, start, end, prorated)

    def _beside(self, start: datetime, end: datetime) -> list[LinePart]:
        """Lines that are not recurring and must change nothing."""
        return [
            self._part(kind, Decimal(amount), start, end)
            for kind, amount in NOT_RECURRING
            if self.rng.random() < 0.03
        ]

    def _end(self, ended: datetime, *, asked: datetime | None, at_period_end: bool) -> None:
        self.is_over = True
        self.facts |= {
            "status": "canceled",
            "cancel_requested_at": asked,
            "cancel_at_period_end": at_period_end,
            "ended_at": ended,
            "cancellation_reason": self.rng.choice(REASONS),
        }

    def _leave_unpaid(self, whole: LinePart, begin: datetime, end: datetime) -> None:
        self.is_over = True
        self.ledger.invoice(self.rng.choice(("open", "uncollectible")), begin, [whole])
        ended = self._serve_unpaid(begin, end)
        self.facts |= {
            "status": "canceled",
            "ended_at": ended,
            "cancellation_reason": self.rng.choice(("payment_failed", None)),
        }

    def _serve_unpaid(self, begin: datetime, end: datetime) -> datetime:
        """Serve an interval that is not paid for as long as patience lasts."""
        stop = business_date(begin, self.world.timezone) + timedelta(days=self.world.dunning_days)
        ended = min(end, _midnight(stop, self.world))
        self.ledger.serve(Stretch(begin, ended, self.plan, self.quantity))
        return ended

    def _leave_at_once(self, begin: datetime, end: datetime) -> None:
        left = _moment_between(self.rng, begin, end, on_days=self.on_days)
        credit = -share_of(self.due, left, end, end - begin)
        back = self._part("recurring", credit, left, end, prorated=True)
        self.ledger.invoice("paid", left, [back])
        self.ledger.serve(Stretch(begin, left, self.plan, self.quantity))
        self._end(left, asked=left, at_period_end=False)

    def _go_on(self, begin: datetime, end: datetime) -> None:
        """Serve the interval, with any number of changes in mid-cycle."""
        since = begin
        while self.rng.random() < 0.12:
            changed = _moment_between(self.rng, since, end, on_days=self.on_days)
            if not since < changed < end:
                break
            self.ledger.serve(Stretch(since, changed, self.plan, self.quantity))
            credit = -share_of(self.due, changed, end, end - begin)
            back = self._part("recurring", credit, changed, end, prorated=True)
            self.plan, self.quantity = _another(self.rng, self.world, self.plan, self.quantity)
            debit = share_of(self.due, changed, end, end - begin)
            now = self._part("recurring", debit, changed, end, prorated=True)
            self.ledger.invoice("paid", changed, [back, now])
            since = changed
        self.ledger.serve(Stretch(since, end, self.plan, self.quantity))
        if self.rng.random() < 0.02:
            self.plan = self.rng.choice(self.world.plans)
            self.anchor, self.number = end, 0


def _another(rng: Random, world: World, plan: Plan, quantity: Decimal) -> tuple[Plan, Decimal]:
    """Another plan of the same rhythm, or another quantity."""
    alike = [
        other
        for other in world.plans
        if (other.interval, other.interval_count) == (plan.interval, plan.interval_count)
        and other != plan
    ]
    if alike and rng.random() < 0.7:
        return rng.choice(alike), quantity
    return plan, quantity + (rng.choice((1, 2, -1)) if quantity > 1 else 1)


def _midnight(day: date, world: World) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(world.timezone)).astimezone(UTC)


def _told(ledger: _Ledger, facts: Facts, world: World) -> Books:
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
                quantity=stretch.quantity if own or stretch.quantity != 1 else None,
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
