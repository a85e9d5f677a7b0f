"""Life histories: what each subscription is worth from day to day, and the invoices that say so.

Belongs here: one pass per billing cycle over all subscriptions at once, which decides what happens to each and records
the piece of history and the invoice lines it leaves. Does not belong here: counting (truth), files (the writers).

The pieces are the truth; the lines are written from the same decisions, so that METRICS.md section 1, shape 3, applied
to the lines gives the pieces back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Final, TypeVar

import numpy as np

from dagster_project.simulate import catalog
from dagster_project.simulate.calendar import (
    DAY,
    Bools,
    Floats,
    Ints,
    Window,
    first_day_of_month,
    month_of_day,
)
from dagster_project.simulate.customers import Customers, pick

NEVER: Final = 10**7
"""A day number after all windows: not ended."""
NO_SECOND: Final = -1
"""An instant that did not happen."""
DUNNING_DAYS: Final = 30
GIVE_UP_DAYS: Final = 20
"""Days after which an invoice is marked uncollectible."""

# invoice status codes, in the order of INVOICE_STATUSES
INVOICE_STATUSES: Final = ("draft", "open", "paid", "void", "uncollectible")
DRAFT, OPEN, PAID, VOID, UNCOLLECTIBLE = range(5)
BILLING_REASONS: Final = (
    "subscription_create",
    "subscription_cycle",
    "subscription_update",
    "manual",
)
CREATE, CYCLE, UPDATE, MANUAL = range(4)
LINE_FULL, LINE_PRORATION, LINE_ONE_OFF = range(3)
SUBSCRIPTION_STATUSES: Final = ("trialing", "active", "past_due", "canceled")
TRIALING, ACTIVE, PAST_DUE, CANCELED = range(4)
# why a subscription ended (or will): no end, the customer asked, the money did not come
NO_END, REQUESTED, PAYMENT_FAILED = range(3)


@dataclass(frozen=True)
class Subscriptions:
    """One entry per subscription; seconds are -1 and days NEVER where the thing did not happen.

    `end_day` is the first day on which the subscription is worth nothing, or NEVER.
    """

    customer: Ints
    role: Ints
    started: Ints
    trial_end: Ints
    status: Ints
    request: Ints
    at_period_end: Bools
    ended: Ints
    end_day: Ints
    why: Ints
    feedback: Ints
    discount: Ints
    price: Ints
    quantity: Ints
    period_start: Ints
    period_end: Ints

    def __len__(self) -> int:
        return len(self.customer)


@dataclass(frozen=True)
class Pieces:
    """The life history: `subscription` was worth `mrr_cents` USD a month on days [from_day, to_day).

    `full_cents` is what a whole period costs in the customer's currency after the discount.
    """

    subscription: Ints
    price: Ints
    quantity: Ints
    discount: Ints
    full_cents: Ints
    mrr_cents: Ints
    from_second: Ints
    from_day: Ints
    to_second: Ints
    to_day: Ints

    def __len__(self) -> int:
        return len(self.subscription)


@dataclass(frozen=True)
class Invoices:
    """One entry per invoice. `subscription` -1: a manual invoice."""

    customer: Ints
    subscription: Ints
    reason: Ints
    issued: Ints
    status: Ints
    paid: Ints
    closed: Ints
    total_cents: Ints

    def __len__(self) -> int:
        return len(self.customer)


@dataclass(frozen=True)
class Lines:
    """One entry per invoice line: `gross_cents - discount_cents` is what counts; prorations are net already."""

    invoice: Ints
    subscription: Ints
    kind: Ints
    price: Ints
    quantity: Ints
    gross_cents: Ints
    discount_cents: Ints
    start: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.invoice)


@dataclass(frozen=True)
class Billing:
    """Everything the billing system knows."""

    subscriptions: Subscriptions
    pieces: Pieces
    invoices: Invoices
    lines: Lines


T = TypeVar("T")


def round_ratio(numerator: Ints, denominator: Ints | int) -> Ints:
    """numerator / denominator to a whole number, halves away from zero, exactly (denominator > 0)."""
    half_up = (2 * np.abs(numerator) + denominator) // (2 * np.asarray(denominator, dtype=np.int64))
    return np.sign(numerator) * half_up


def mrr_cents(full_cents: Ints, price: Ints, currency: Ints) -> Ints:
    """Monthly value in USD cents of a full period's amount: one rounding, after conversion (METRICS.md section 1)."""
    top = np.array([catalog.RATES[code].numerator for code in catalog.CURRENCIES], dtype=np.int64)
    bottom = np.array(
        [catalog.RATES[code].denominator for code in catalog.CURRENCIES], dtype=np.int64
    )
    return round_ratio(full_cents * top[currency], bottom[currency] * catalog.PRICE_MONTHS[price])


def stack(kind: type[T], chunks: list[dict[str, Ints]]) -> T:
    """Concatenate recorded columns into one of the table classes of this module."""
    columns = {}
    for column in fields(kind):  # type: ignore[arg-type]
        parts = [chunk[column.name] for chunk in chunks]
        columns[column.name] = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
    return kind(**columns)


@dataclass
class Starts:
    """The subscriptions a round begins with."""

    customer: Ints
    role: Ints
    product: Ints
    annual: Ints
    quantity: Ints
    discount: Ints
    discount_months: Ints
    start_day: Ints
    second_of_day: Ints
    trial_days: Ints
    trial_converts: Bools
    hard_stop_day: Ints

    def __len__(self) -> int:
        return len(self.customer)


@dataclass
class Ledger:
    """What a simulation has recorded so far; invoice and subscription numbers count up from 0."""

    pieces: list[dict[str, Ints]] = field(default_factory=list)
    invoices: list[dict[str, Ints]] = field(default_factory=list)
    lines: list[dict[str, Ints]] = field(default_factory=list)
    subscriptions: list[dict[str, Ints]] = field(default_factory=list)
    invoice_count: int = 0
    subscription_count: int = 0

    def invoice(
        self,
        *,
        customer: Ints,
        subscription: Ints,
        reason: Ints | int,
        issued: Ints,
        status: Ints | int,
        paid: Ints,
        closed: Ints,
        total_cents: Ints,
    ) -> Ints:
        """Record invoices; gives back their numbers."""
        size = len(customer)
        numbers = np.arange(self.invoice_count, self.invoice_count + size, dtype=np.int64)
        self.invoice_count += size
        self.invoices.append(
            {
                "customer": customer,
                "subscription": subscription,
                "reason": _spread(reason, size),
                "issued": issued,
                "status": _spread(status, size),
                "paid": paid,
                "closed": closed,
                "total_cents": total_cents,
            }
        )
        return numbers

    def line(
        self,
        *,
        invoice: Ints,
        subscription: Ints,
        kind: int,
        price: Ints,
        quantity: Ints,
        gross_cents: Ints,
        discount_cents: Ints,
        start: Ints,
        end: Ints,
    ) -> None:
        """Record lines."""
        self.lines.append(
            {
                "invoice": invoice,
                "subscription": subscription,
                "kind": _spread(kind, len(invoice)),
                "price": price,
                "quantity": quantity,
                "gross_cents": gross_cents,
                "discount_cents": discount_cents,
                "start": start,
                "end": end,
            }
        )


def _spread(value: Ints | int, size: int) -> Ints:
    return np.full(size, value, dtype=np.int64) if isinstance(value, int) else value


def draw_billing(rng: np.random.Generator, customers: Customers, window: Window) -> Billing:
    """Simulate all subscriptions: first ones, add-ons beside them, and those of customers who come back."""
    ledger = Ledger()
    run = Round(rng, customers, window, ledger)
    first_end = run.bill(_first_subscriptions(rng, customers))
    run.bill(_add_ons(rng, customers, window, first_end))
    left = np.flatnonzero(first_end.ended_by_choice)
    again = _comebacks(rng, customers, window, first_end, left, share=0.34)
    second_end = run.bill(again)
    left = np.flatnonzero(second_end.ended_by_choice)
    run.bill(_comebacks(rng, customers, window, second_end, left, share=0.25))
    _manual_invoices(rng, customers, window, ledger)
    invoices, lines = _in_order_of_issue(
        stack(Invoices, ledger.invoices), stack(Lines, ledger.lines)
    )
    return Billing(
        subscriptions=stack(Subscriptions, ledger.subscriptions),
        pieces=stack(Pieces, ledger.pieces),
        invoices=invoices,
        lines=lines,
    )


def take(table: T, order: Ints) -> T:
    """The rows of one of the table classes of this module at the given positions."""
    return type(table)(**{c.name: getattr(table, c.name)[order] for c in fields(table)})  # type: ignore[arg-type]


def _in_order_of_issue(invoices: Invoices, lines: Lines) -> tuple[Invoices, Lines]:
    """Number invoices by the time of their issue, as a billing system does."""
    order = np.argsort(invoices.issued, kind="stable")
    new_number = np.empty(len(order), dtype=np.int64)
    new_number[order] = np.arange(len(order))
    renumbered = replace(lines, invoice=new_number[lines.invoice])
    return take(invoices, order), take(renumbered, np.argsort(renumbered.invoice, kind="stable"))


@dataclass(frozen=True)
class Outcome:
    """How the subscriptions of a round ended, for the round after it."""

    starts: Starts
    paid_from_day: Ints
    end_day: Ints
    ended_by_choice: Bools
    product: Ints
    quantity: Ints


def _first_subscriptions(rng: np.random.Generator, customers: Customers) -> Starts:
    who = np.flatnonzero(customers.subscribes)
    size = len(who)
    product = pick(rng, (5, 30, 36, 21, 8), size)
    annual = ((rng.random(size) < 0.27) & (product != catalog.FREE)).astype(np.int64)
    seats = np.maximum(1, np.round(np.exp(rng.normal(1.9, 0.75, size)))).astype(np.int64)
    has_discount = (rng.random(size) < 0.2) & (product != catalog.FREE)
    trial = (rng.random(size) < 0.3) & (product != catalog.FREE) & (who != 0)
    return Starts(
        customer=who,
        role=np.full(size, catalog.MAIN, dtype=np.int64),
        product=np.where(who == 0, catalog.TEAM, product),
        annual=annual,
        quantity=np.where(catalog.PER_SEAT[product], np.minimum(seats, 60), 1),
        discount=np.where(
            has_discount, np.array([10, 15, 20, 25, 50])[rng.integers(0, 5, size)], 0
        ),
        discount_months=np.array([3, 6, 12, 10_000])[rng.integers(0, 4, size)],
        start_day=customers.first_day[who],
        second_of_day=_seconds_of_day(rng, size),
        trial_days=np.where(trial, 14, 0),
        trial_converts=rng.random(size) < 0.72,
        hard_stop_day=np.full(size, NEVER, dtype=np.int64),
    )


def _seconds_of_day(rng: np.random.Generator, size: int) -> Ints:
    return np.where(rng.random(size) < 0.5, 0, rng.integers(0, DAY, size))


def _add_ons(
    rng: np.random.Generator, customers: Customers, window: Window, mains: Outcome
) -> Starts:
    last = np.minimum(mains.end_day, window.until_day)
    life = last - mains.paid_from_day
    wants = (rng.random(len(mains.starts)) < 0.2) & (life > 45) & (mains.product != catalog.FREE)
    chosen = np.flatnonzero(wants)
    size = len(chosen)
    start = (
        mains.paid_from_day[chosen] + 15 + (rng.random(size) * (life[chosen] - 40)).astype(np.int64)
    )
    start = _billing_day(start)
    return Starts(
        customer=mains.starts.customer[chosen],
        role=np.full(size, catalog.ADD_ON, dtype=np.int64),
        product=np.where(rng.random(size) < 0.6, catalog.INSIGHTS, catalog.PRIORITY),
        annual=(rng.random(size) < 0.15).astype(np.int64),
        quantity=np.ones(size, dtype=np.int64),
        discount=np.where(rng.random(size) < 0.1, 20, 0),
        discount_months=np.full(size, 10_000, dtype=np.int64),
        start_day=start,
        second_of_day=_seconds_of_day(rng, size),
        trial_days=np.zeros(size, dtype=np.int64),
        trial_converts=np.ones(size, dtype=np.bool_),
        hard_stop_day=mains.end_day[chosen],
    )


def _billing_day(days: Ints) -> Ints:
    """Move the 29th to 31st back to the 28th, so that every month has the billing day."""
    first = first_day_of_month(month_of_day(days))
    return np.minimum(days, first + 27)


def _comebacks(
    rng: np.random.Generator,
    customers: Customers,
    window: Window,
    before: Outcome,
    left: Ints,
    share: float,
) -> Starts:
    gap = np.round(5 + rng.gamma(1.6, 55.0, len(left))).astype(np.int64)
    start = before.end_day[left] + gap
    # the billing day may move a start back by up to 3 days: the gap stays at least 2
    start = _billing_day(start)
    keep = (rng.random(len(left)) < share) & (start <= window.until_day)
    chosen, start = left[keep], start[keep]
    size = len(chosen)
    product = before.product[chosen]
    lower = (rng.random(size) < 0.35) & (product > catalog.STARTER)
    product = np.where(lower, product - 1, np.maximum(product, catalog.STARTER))
    seats = np.maximum(1, before.quantity[chosen] - rng.integers(0, 4, size))
    return Starts(
        customer=before.starts.customer[chosen],
        role=np.full(size, catalog.MAIN, dtype=np.int64),
        product=product,
        annual=(rng.random(size) < 0.12).astype(np.int64),
        quantity=np.where(catalog.PER_SEAT[product], seats, 1),
        discount=np.where(rng.random(size) < 0.4, 25, 0),
        discount_months=np.array([3, 6, 10_000])[rng.integers(0, 3, size)],
        start_day=start,
        second_of_day=_seconds_of_day(rng, size),
        trial_days=np.zeros(size, dtype=np.int64),
        trial_converts=np.ones(size, dtype=np.bool_),
        hard_stop_day=np.full(size, NEVER, dtype=np.int64),
    )


def _manual_invoices(
    rng: np.random.Generator, customers: Customers, window: Window, ledger: Ledger
) -> None:
    """Training and the like: one-off lines on invoices of no subscription; the last day's are still drafts."""
    span = window.end_second - customers.created_second
    who = np.flatnonzero((rng.random(len(customers)) < 0.05) & (span > 40 * DAY))
    size = len(who)
    issued = customers.created_second[who] + (rng.random(size) * span[who]).astype(np.int64)
    status = np.where(issued >= window.end_second - 3 * DAY, DRAFT, PAID)
    if size:
        issued[-1], status[-1] = window.end_second - DAY // 2, DRAFT
    price = catalog.ONE_TIME_PRICE_OF[customers.currency[who]]
    quantity = rng.integers(1, 4, size)
    gross = catalog.UNIT_CENTS[price] * quantity
    none = np.full(size, NO_SECOND, dtype=np.int64)
    number = ledger.invoice(
        customer=who,
        subscription=none,
        reason=MANUAL,
        issued=issued,
        status=status,
        paid=np.where(status == PAID, issued + 3600, NO_SECOND),
        closed=none,
        total_cents=gross,
    )
    ledger.line(
        invoice=number,
        subscription=none,
        kind=LINE_ONE_OFF,
        price=price,
        quantity=quantity,
        gross_cents=gross,
        discount_cents=np.zeros(size, dtype=np.int64),
        start=issued,
        end=issued,
    )


class Round:
    """Bills a set of subscriptions from their start to their end, one billing cycle at a time."""

    def __init__(
        self, rng: np.random.Generator, customers: Customers, window: Window, ledger: Ledger
    ) -> None:
        self.rng = rng
        self.customers = customers
        self.window = window
        self.ledger = ledger

    # -- chances -----------------------------------------------------------------------------------------------------

    def _is_bad(self, seconds: Ints) -> Bools:
        bad_from, bad_to = self.window.bad_months
        month = month_of_day(seconds // DAY)
        found: Bools = (month >= bad_from) & (month < bad_to)
        return found

    def _leave_chance(self, customer: Ints, annual: Ints, cycle: Ints, end: Ints) -> Floats:
        """Chance to let the period that ends at `end` be the last one."""
        engagement = self.customers.engagement[customer]
        chance = 0.034 * (1.75 - 1.9 * engagement).clip(0.12)
        chance = chance * np.where(cycle < 3, 1.35, 1.0)
        chance = np.where(annual == 1, chance * 5.5, chance)
        chance = np.where(self._is_bad(end), chance * np.where(annual == 1, 2.5, 7.5), chance)
        return np.asarray(np.minimum(chance, 0.75), dtype=np.float64)

    # -- the cycle ---------------------------------------------------------------------------------------------------

    def bill(self, starts: Starts) -> Outcome:
        """Simulate the subscriptions and record them; gives back how they ended."""
        rng, window, ledger = self.rng, self.window, self.ledger
        size = len(starts)
        number = np.arange(
            ledger.subscription_count, ledger.subscription_count + size, dtype=np.int64
        )
        ledger.subscription_count += size
        customer = starts.customer
        currency = self.customers.currency[customer]
        started = starts.start_day * DAY + starts.second_of_day

        product, annual = starts.product.copy(), starts.annual.copy()
        quantity, discount = starts.quantity.copy(), starts.discount.copy()
        discount_left = starts.discount_months.copy()
        trial_end = np.where(starts.trial_days > 0, started + starts.trial_days * DAY, NO_SECOND)
        anchor = np.where(trial_end >= 0, _on_billing_day(trial_end), started)
        trial_end = np.where(trial_end >= 0, anchor, NO_SECOND)
        first_paid = anchor.copy()
        cycle = np.zeros(size, dtype=np.int64)
        current = anchor.copy()
        alive = started < window.end_second
        status = np.full(size, ACTIVE, dtype=np.int64)
        request = np.full(size, NO_SECOND, dtype=np.int64)
        at_period_end = np.zeros(size, dtype=np.bool_)
        ended = np.full(size, NO_SECOND, dtype=np.int64)
        end_day = np.full(size, NEVER, dtype=np.int64)
        why = np.full(size, NO_END, dtype=np.int64)
        period_start, period_end = started.copy(), anchor.copy()

        self._trials(starts, number, currency, started, trial_end)
        refused = (trial_end >= 0) & ~starts.trial_converts
        asked = trial_end - rng.integers(DAY, 10 * DAY, size)
        told = refused & (asked < window.end_second)
        request[told] = asked[told]
        at_period_end[told] = True
        why[told] = REQUESTED
        over = refused & (trial_end < window.end_second)
        ended[over], status[over] = trial_end[over], CANCELED
        end_day[refused] = trial_end[refused] // DAY
        status[(trial_end >= window.end_second)] = TRIALING
        alive &= ~refused

        while True:
            now = np.flatnonzero(alive & (current < window.end_second))
            if len(now) == 0:
                break
            start = current[now]
            months = np.where(annual[now] == 1, 12, 1)
            end = _add_months(anchor[now], (cycle[now] + 1) * months)
            price = catalog.PRICE_OF[product[now], annual[now], currency[now]]
            in_force = np.where(discount_left[now] > 0, discount[now], 0)
            gross = catalog.UNIT_CENTS[price] * quantity[now]
            off = gross * in_force // 100
            full = gross - off
            period_start[now], period_end[now] = start, end

            fate = self._fates(now, customer, cycle, full, start)
            self._cycle_invoices(
                number[now],
                customer[now],
                cycle[now],
                fate,
                price,
                quantity[now],
                gross,
                off,
                start,
                end,
            )

            # renewals that never counted: the service ended with the period before
            dead = np.isin(fate, (UNCOLLECTIBLE, VOID))
            gone = now[dead]
            alive[gone] = False
            end_day[gone] = start[dead] // DAY
            ended[gone] = start[dead] + np.where(fate[dead] == VOID, 0, GIVE_UP_DAYS * DAY)
            status[gone] = CANCELED
            why[gone] = np.where(fate[dead] == VOID, REQUESTED, PAYMENT_FAILED)
            request[gone] = ended[gone]

            # renewals nobody paid: they count for the dunning days, then stop
            unpaid = fate == OPEN
            stop = np.minimum(end, start + DUNNING_DAYS * DAY)
            gone = now[unpaid]
            alive[gone] = False
            end_day[gone] = stop[unpaid] // DAY
            over = end_day[gone] <= window.until_day
            ended[gone] = np.where(over, stop[unpaid], NO_SECOND)
            request[gone] = ended[gone]
            status[gone] = np.where(over, CANCELED, PAST_DUE)
            why[gone] = np.where(over, PAYMENT_FAILED, NO_END)
            self._piece(
                number[gone],
                price[unpaid],
                quantity[gone],
                in_force[unpaid],
                full[unpaid],
                start[unpaid],
                stop[unpaid],
                currency[gone],
            )

            # the others are served: perhaps with changes inside the period, perhaps cut short
            served = ~dead & ~unpaid
            live = now[served]
            cut = self._serve(
                number[live],
                customer[live],
                starts.role[live],
                cycle[live],
                product,
                annual,
                quantity,
                live,
                in_force[served],
                start[served],
                end[served],
                currency[live],
            )
            ends_now = cut >= 0
            gone = live[ends_now]
            alive[gone] = False
            end_day[gone] = cut[ends_now] // DAY
            ended[gone] = request[gone] = cut[ends_now]
            status[gone], why[gone] = CANCELED, REQUESTED

            go_on = live[~ends_now]
            start_on, end_on = start[served][~ends_now], end[served][~ends_now]
            leaves = rng.random(len(go_on)) < self._leave_chance(
                customer[go_on], annual[go_on], cycle[go_on], end_on
            )
            leaves |= end_on // DAY >= starts.hard_stop_day[go_on]
            asked = start_on + (rng.random(len(go_on)) * (end_on - start_on)).astype(np.int64)
            gone = go_on[leaves]
            alive[gone] = False
            end_day[gone] = end_on[leaves] // DAY
            known = asked[leaves] < window.end_second
            request[gone] = np.where(known, asked[leaves], NO_SECOND)
            at_period_end[gone] = known
            over = end_on[leaves] < window.end_second
            ended[gone] = np.where(over, end_on[leaves], NO_SECOND)
            status[gone] = np.where(over, CANCELED, ACTIVE)
            why[gone] = np.where(known, REQUESTED, NO_END)

            stays = go_on[~leaves]
            next_start = end_on[~leaves]
            current[stays] = next_start
            cycle[stays] += 1
            discount_left[stays] -= np.where(annual[stays] == 1, 12, 1)
            self._renewal_changes(
                stays, next_start, product, annual, quantity, anchor, cycle, starts
            )

        feedback = np.where((why == REQUESTED), pick(rng, catalog.FEEDBACK_WEIGHTS, size), -1)
        ledger.subscriptions.append(
            {
                "customer": customer,
                "role": starts.role,
                "started": started,
                "trial_end": trial_end,
                "status": status,
                "request": request,
                "at_period_end": at_period_end,
                "ended": ended,
                "end_day": np.where(end_day <= window.until_day, end_day, NEVER),
                "why": why,
                "feedback": feedback,
                "discount": discount,
                "price": catalog.PRICE_OF[product, annual, currency],
                "quantity": quantity,
                "period_start": period_start,
                "period_end": period_end,
            }
        )
        never_paid = refused | (trial_end >= window.end_second)
        return Outcome(
            starts=starts,
            paid_from_day=first_paid // DAY,
            end_day=np.where(end_day <= window.until_day, end_day, NEVER),
            ended_by_choice=(end_day <= window.until_day) & ~never_paid,
            product=product,
            quantity=quantity,
        )

    def _trials(
        self, starts: Starts, number: Ints, currency: Ints, started: Ints, trial_end: Ints
    ) -> None:
        on = np.flatnonzero((trial_end >= 0) & (started < self.window.end_second))
        price = catalog.PRICE_OF[starts.product[on], starts.annual[on], currency[on]]
        zero = np.zeros(len(on), dtype=np.int64)
        invoice = self.ledger.invoice(
            customer=starts.customer[on],
            subscription=number[on],
            reason=CREATE,
            issued=started[on],
            status=PAID,
            paid=started[on],
            closed=np.full(len(on), NO_SECOND, dtype=np.int64),
            total_cents=zero,
        )
        self.ledger.line(
            invoice=invoice,
            subscription=number[on],
            kind=LINE_FULL,
            price=price,
            quantity=starts.quantity[on],
            gross_cents=zero,
            discount_cents=zero,
            start=started[on],
            end=trial_end[on],
        )
        self._piece(
            number[on],
            price,
            starts.quantity[on],
            zero,
            zero,
            started[on],
            trial_end[on],
            currency[on],
        )

    def _piece(
        self,
        subscription: Ints,
        price: Ints,
        quantity: Ints,
        discount: Ints,
        full: Ints,
        start: Ints,
        end: Ints,
        currency: Ints,
    ) -> None:
        self.ledger.pieces.append(
            {
                "subscription": subscription,
                "price": price,
                "quantity": quantity,
                "discount": discount,
                "full_cents": full,
                "mrr_cents": mrr_cents(full, price, currency),
                "from_second": start,
                "from_day": start // DAY,
                "to_second": end,
                "to_day": end // DAY,
            }
        )

    def _fates(self, now: Ints, customer: Ints, cycle: Ints, full: Ints, start: Ints) -> Ints:
        """Status of the period's first invoice: paid, open (never paid), uncollectible, void.

        What would be given up or voided after the window is still open, or not yet voided, in the exports.
        """
        left = self.window.end_second - start
        roll = self.rng.random(len(now))
        risk = 1.6 - 1.2 * self.customers.engagement[customer[now]]
        renewal = (cycle[now] > 0) & (full > 0)
        fate = np.full(len(now), PAID, dtype=np.int64)
        fate[renewal & (roll < 0.0065 * risk)] = OPEN
        given_up = renewal & (roll >= 0.980) & (roll < 0.9812)
        fate[given_up] = np.where(left[given_up] > GIVE_UP_DAYS * DAY, UNCOLLECTIBLE, OPEN)
        fate[renewal & (roll >= 0.990) & (roll < 0.9912) & (left > 2 * DAY)] = VOID
        return fate

    def _cycle_invoices(
        self,
        number: Ints,
        customer: Ints,
        cycle: Ints,
        fate: Ints,
        price: Ints,
        quantity: Ints,
        gross: Ints,
        off: Ints,
        start: Ints,
        end: Ints,
    ) -> None:
        rng = self.rng
        size = len(number)
        first = cycle == 0
        setup = first & (rng.random(size) < 0.06) & (gross > 0)
        currency = self.customers.currency[customer]
        setup_price = catalog.ONE_TIME_PRICE_OF[currency]
        setup_cents = np.where(setup, catalog.UNIT_CENTS[setup_price], 0)
        slow = rng.random(size) < 0.05
        pay_after = np.where(
            slow, rng.integers(2 * DAY, 9 * DAY, size), rng.integers(600, 7200, size)
        )
        paid = np.where(
            (fate == PAID) & (start + pay_after < self.window.end_second),
            start + pay_after,
            NO_SECOND,
        )
        # an invoice that is to be paid after the window is still open in the export
        status = np.where(
            (fate == PAID) & (paid == NO_SECOND) & (gross - off + setup_cents > 0), OPEN, fate
        )
        paid = np.where((fate == PAID) & (gross - off + setup_cents == 0), start, paid)
        closed = np.where(
            np.isin(fate, (VOID, UNCOLLECTIBLE)),
            start + np.where(fate == VOID, DAY, GIVE_UP_DAYS * DAY),
            NO_SECOND,
        )
        invoice = self.ledger.invoice(
            customer=customer,
            subscription=number,
            reason=np.where(first, CREATE, CYCLE),
            issued=start,
            status=status,
            paid=paid,
            closed=closed,
            total_cents=gross - off + setup_cents,
        )
        self.ledger.line(
            invoice=invoice,
            subscription=number,
            kind=LINE_FULL,
            price=price,
            quantity=quantity,
            gross_cents=gross,
            discount_cents=off,
            start=start,
            end=end,
        )
        one = np.flatnonzero(setup)
        self.ledger.line(
            invoice=invoice[one],
            subscription=number[one],
            kind=LINE_ONE_OFF,
            price=setup_price[one],
            quantity=np.ones(len(one), dtype=np.int64),
            gross_cents=setup_cents[one],
            discount_cents=np.zeros(len(one), dtype=np.int64),
            start=start[one],
            end=start[one],
        )
        # a paid invoice is now and then the reissue of one that had a mistake and was voided
        mistaken = (fate == PAID) & (rng.random(size) < 0.003) & (cycle > 0) & (gross > 0)
        again = np.flatnonzero(mistaken & (start + DAY < self.window.end_second))
        none = np.full(len(again), NO_SECOND, dtype=np.int64)
        voided = self.ledger.invoice(
            customer=customer[again],
            subscription=number[again],
            reason=CYCLE,
            issued=start[again],
            status=VOID,
            paid=none,
            closed=start[again] + DAY // 2,
            total_cents=gross[again],
        )
        self.ledger.line(
            invoice=voided,
            subscription=number[again],
            kind=LINE_FULL,
            price=price[again],
            quantity=quantity[again],
            gross_cents=gross[again],
            discount_cents=np.zeros(len(again), dtype=np.int64),
            start=start[again],
            end=end[again],
        )

    def _serve(
        self,
        number: Ints,
        customer: Ints,
        role: Ints,
        cycle: Ints,
        product: Ints,
        annual: Ints,
        quantity: Ints,
        live: Ints,
        in_force: Ints,
        start: Ints,
        end: Ints,
        currency: Ints,
    ) -> Ints:
        """Pieces of served periods, with changes and cuts inside; gives back the second of a cut, or -1."""
        rng = self.rng
        size = len(live)
        window_end = self.window.end_second
        yearly = annual[live] == 1
        bad = self._is_bad(start)
        roll = rng.random(size)
        changes = np.where(yearly, 0.34, 0.045) * np.where(bad, 1.6, 1.0)
        change = (roll < changes) & (role == catalog.MAIN)
        cuts = np.where(role == catalog.ADD_ON, 0.02, 0.004)
        cut = ~change & (roll > 1 - cuts) & (cycle > 0)

        when = self._moment(start + 2 * DAY, end - 3 * DAY)
        change &= when < window_end
        cut &= when < window_end
        new_product, new_quantity = self._other_plan(
            product[live], quantity[live], bad, annual[live]
        )
        change &= (new_product != product[live]) | (new_quantity != quantity[live])

        # a second change in the same period credits the first one's debit
        room = end - when
        twice = change & (rng.random(size) < 0.08) & (room > 6 * DAY)
        when_again = self._moment(when + 2 * DAY, end - 2 * DAY)
        twice &= when_again < window_end
        third_product, third_quantity = self._other_plan(
            new_product, new_quantity, bad, annual[live]
        )
        twice &= (third_product != new_product) | (third_quantity != new_quantity)

        until_first = np.where(change | cut, when, end)
        old_price = catalog.PRICE_OF[product[live], annual[live], currency]
        old_full = self._full(old_price, quantity[live], in_force)
        self._piece(
            number, old_price, quantity[live], in_force, old_full, start, until_first, currency
        )

        c = np.flatnonzero(change)
        new_price = catalog.PRICE_OF[new_product, annual[live], currency]
        new_full = self._full(new_price, new_quantity, in_force)
        until_second = np.where(twice, when_again, end)
        self._piece(
            number[c],
            new_price[c],
            new_quantity[c],
            in_force[c],
            new_full[c],
            when[c],
            until_second[c],
            currency[c],
        )
        self._prorate(
            number[c],
            customer[c],
            start[c],
            end[c],
            when[c],
            (old_price[c], quantity[live][c], old_full[c]),
            (new_price[c], new_quantity[c], new_full[c]),
        )

        t = np.flatnonzero(twice)
        third_price = catalog.PRICE_OF[third_product, annual[live], currency]
        third_full = self._full(third_price, third_quantity, in_force)
        self._piece(
            number[t],
            third_price[t],
            third_quantity[t],
            in_force[t],
            third_full[t],
            when_again[t],
            end[t],
            currency[t],
        )
        self._prorate(
            number[t],
            customer[t],
            start[t],
            end[t],
            when_again[t],
            (new_price[t], new_quantity[t], new_full[t]),
            (third_price[t], third_quantity[t], third_full[t]),
        )

        k = np.flatnonzero(cut)
        self._prorate(
            number[k],
            customer[k],
            start[k],
            end[k],
            when[k],
            (old_price[k], quantity[live][k], old_full[k]),
            None,
        )
        product[live[c]], quantity[live[c]] = new_product[c], new_quantity[c]
        product[live[t]], quantity[live[t]] = third_product[t], third_quantity[t]
        return np.where(cut, when, NO_SECOND)

    def _moment(self, earliest: Ints, latest: Ints) -> Ints:
        """A second in [earliest, latest): midnight four times in five."""
        rng = self.rng
        size = len(earliest)
        moment = earliest + (rng.random(size) * (latest - earliest)).astype(np.int64)
        midnight = -(-moment // DAY) * DAY
        return np.where((rng.random(size) < 0.8) & (midnight < latest), midnight, moment)

    @staticmethod
    def _full(price: Ints, quantity: Ints, discount: Ints) -> Ints:
        gross = catalog.UNIT_CENTS[price] * quantity
        return gross - gross * discount // 100

    def _other_plan(
        self, product: Ints, quantity: Ints, bad: Bools, annual: Ints
    ) -> tuple[Ints, Ints]:
        """Another plan or number of seats: mostly more, in a bad quarter mostly less."""
        rng = self.rng
        size = len(product)
        up = rng.random(size) < np.where(bad, 0.18, 0.7)
        seats = rng.integers(1, 5, size)
        by_seats = (rng.random(size) < 0.55) & catalog.PER_SEAT[product]
        main = product <= catalog.ENTERPRISE
        # Free has no annual price, so nobody falls back to it in mid-cycle
        moved = np.where(
            up,
            np.minimum(product + 1, catalog.ENTERPRISE),
            np.maximum(product - 1, catalog.STARTER),
        )
        moved = np.where(product == catalog.FREE, catalog.STARTER, moved)
        new_product = np.where(main & ~by_seats, moved, product)
        more = quantity + seats
        less = np.maximum(1, quantity - seats)
        new_quantity = np.where(by_seats, np.where(up, more, less), quantity)
        became_seats = ~catalog.PER_SEAT[product] & catalog.PER_SEAT[new_product]
        new_quantity = np.where(became_seats, 2 + seats, new_quantity)
        new_quantity = np.where(catalog.PER_SEAT[new_product], new_quantity, 1)
        return new_product, new_quantity

    def _prorate(
        self,
        number: Ints,
        customer: Ints,
        start: Ints,
        end: Ints,
        when: Ints,
        old: tuple[Ints, Ints, Ints],
        new: tuple[Ints, Ints, Ints] | None,
    ) -> None:
        """An invoice at `when` with a credit for the rest of the period and, if there is a new plan, its debit."""
        size = len(number)
        rest, whole = end - when, end - start
        credit = -round_ratio(old[2] * rest, whole)
        debit = round_ratio(new[2] * rest, whole) if new else np.zeros(size, dtype=np.int64)
        zero = np.zeros(size, dtype=np.int64)
        invoice = self.ledger.invoice(
            customer=customer,
            subscription=number,
            reason=UPDATE,
            issued=when,
            status=PAID,
            paid=when + np.where(credit + debit > 0, 900, 0),
            closed=np.full(size, NO_SECOND, dtype=np.int64),
            total_cents=credit + debit,
        )
        pair = [(old, credit)] if new is None else [(old, credit), (new, debit)]
        for plan, amount in pair:
            self.ledger.line(
                invoice=invoice,
                subscription=number,
                kind=LINE_PRORATION,
                price=plan[0],
                quantity=plan[1],
                gross_cents=amount,
                discount_cents=zero,
                start=when,
                end=end,
            )

    def _renewal_changes(
        self,
        stays: Ints,
        next_start: Ints,
        product: Ints,
        annual: Ints,
        quantity: Ints,
        anchor: Ints,
        cycle: Ints,
        starts: Starts,
    ) -> None:
        """Plan, seats or interval changed with the renewal itself: no proration."""
        rng = self.rng
        size = len(stays)
        roll = rng.random(size)
        main = starts.role[stays] == catalog.MAIN
        new_product, new_quantity = self._other_plan(
            product[stays], quantity[stays], self._is_bad(next_start), annual[stays]
        )
        change = main & (roll < 0.012)
        product[stays[change]], quantity[stays[change]] = new_product[change], new_quantity[change]
        switch = main & (roll > 0.988) & (product[stays] != catalog.FREE)
        turned = stays[switch]
        annual[turned] = 1 - annual[turned]
        anchor[turned] = next_start[switch]
        # cycle counts whole periods since the anchor: put the anchor one new period back
        cycle[turned] = 1
        anchor[turned] = _add_months(anchor[turned], -np.where(annual[turned] == 1, 12, 1))


def _on_billing_day(seconds: Ints) -> Ints:
    day = _billing_day(seconds // DAY)
    return day * DAY + seconds % DAY


def _add_months(seconds: Ints, months: Ints) -> Ints:
    day, rest = seconds // DAY, seconds % DAY
    month = month_of_day(day)
    of_month = day - first_day_of_month(month)
    return (first_day_of_month(month + months) + of_month) * DAY + rest
