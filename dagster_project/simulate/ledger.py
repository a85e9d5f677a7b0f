"""The books: subscriptions, pieces of history, invoices and lines, and how they are recorded.

Belongs here: the tables every other part reads, and exact money arithmetic. Does not belong here:
any decision about what happens to a subscription.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, TypeVar

import numpy as np

from dagster_project.simulate import catalog
from dagster_project.simulate.calendar import DAY, Bools, Ints

NEVER: Final = 10**7
"""A day number after all windows: not ended."""
NO_SECOND: Final = -1
"""An instant that did not happen."""
DUNNING_DAYS: Final = 30
"""Days an unpaid invoice counts after its issue (METRICS.md section 1)."""
GIVE_UP_DAYS: Final = 20
"""Days after which an invoice is marked uncollectible."""

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
    at_period_end: Ints
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
    """The life history: `subscription` was worth `mrr_cents` USD a month on days [from_day,
    to_day).

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
    """One entry per invoice. `subscription` -1: a manual invoice. `closed`: voided or given up."""

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
    """One entry per invoice line.

    `gross_cents - discount_cents` is what counts; prorations are net already.
    """

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


def take(table: T, rows: Ints | Bools) -> T:
    """The rows of a dataclass of arrays at the given positions (or where the mask holds)."""
    return type(table)(**{c.name: getattr(table, c.name)[rows] for c in fields(table)})  # type: ignore[arg-type]


def stack(kind: type[T], chunks: list[T]) -> T:
    """Concatenate recorded chunks of a dataclass of arrays."""
    empty = np.empty(0, dtype=np.int64)
    return kind(
        **{
            c.name: np.concatenate([getattr(chunk, c.name) for chunk in chunks] or [empty])
            for c in fields(kind)  # type: ignore[arg-type]
        }
    )


def round_ratio(numerator: Ints, denominator: Ints | int) -> Ints:
    """numerator / denominator as a whole number, halves away from zero (denominator > 0)."""
    bottom = np.asarray(denominator, dtype=np.int64)
    magnitude: Ints = (2 * np.abs(numerator) + bottom) // (2 * bottom)
    return np.sign(numerator) * magnitude


def mrr_cents(full_cents: Ints, price: Ints, currency: Ints) -> Ints:
    """Monthly value in USD cents of a full period's amount (METRICS.md section 1).

    One rounding, after conversion.
    """
    rates = [catalog.RATES[code] for code in catalog.CURRENCIES]
    top = np.array([rate.numerator for rate in rates], dtype=np.int64)
    bottom = np.array([rate.denominator for rate in rates], dtype=np.int64)
    return round_ratio(full_cents * top[currency], bottom[currency] * catalog.PRICE_MONTHS[price])


def net_cents(price: Ints, quantity: Ints, discount: Ints) -> Ints:
    """What a full period costs: price x quantity x (1 - discount), exact by choice of prices."""
    gross = catalog.UNIT_CENTS[price] * quantity
    return gross - gross * discount // 100


@dataclass
class Ledger:
    """What a simulation has recorded so far; invoices and subscriptions are numbered from 0."""

    pieces: list[Pieces] = field(default_factory=list)
    invoices: list[Invoices] = field(default_factory=list)
    lines: list[Lines] = field(default_factory=list)
    subscriptions: list[Subscriptions] = field(default_factory=list)
    invoice_count: int = 0
    subscription_count: int = 0

    def number_subscriptions(self, size: int) -> Ints:
        """The next `size` subscription numbers."""
        first = self.subscription_count
        self.subscription_count += size
        return np.arange(first, first + size, dtype=np.int64)

    def invoice(
        self,
        *,
        customer: Ints,
        subscription: Ints,
        reason: Ints | int,
        issued: Ints,
        status: Ints | int,
        paid: Ints,
        total_cents: Ints,
        closed: Ints | int = NO_SECOND,
    ) -> Ints:
        """Record invoices; gives back their numbers."""
        size = len(customer)
        first = self.invoice_count
        self.invoice_count += size
        self.invoices.append(
            Invoices(
                customer=customer,
                subscription=subscription,
                reason=_spread(reason, size),
                issued=issued,
                status=_spread(status, size),
                paid=paid,
                closed=_spread(closed, size),
                total_cents=total_cents,
            )
        )
        return np.arange(first, first + size, dtype=np.int64)

    def line(
        self,
        *,
        invoice: Ints,
        subscription: Ints,
        kind: int,
        price: Ints,
        quantity: Ints | int,
        gross_cents: Ints,
        start: Ints,
        end: Ints,
        discount_cents: Ints | int = 0,
    ) -> None:
        """Record invoice lines."""
        size = len(invoice)
        self.lines.append(
            Lines(
                invoice=invoice,
                subscription=subscription,
                kind=_spread(kind, size),
                price=price,
                quantity=_spread(quantity, size),
                gross_cents=gross_cents,
                discount_cents=_spread(discount_cents, size),
                start=start,
                end=end,
            )
        )

    def piece(
        self,
        *,
        subscription: Ints,
        price: Ints,
        quantity: Ints,
        discount: Ints | int,
        full_cents: Ints | int,
        currency: Ints,
        start: Ints,
        end: Ints,
    ) -> None:
        """Record pieces of history from second `start` to second `end`."""
        size = len(subscription)
        full = _spread(full_cents, size)
        self.pieces.append(
            Pieces(
                subscription=subscription,
                price=price,
                quantity=quantity,
                discount=_spread(discount, size),
                full_cents=full,
                mrr_cents=mrr_cents(full, price, currency),
                from_second=start,
                from_day=start // DAY,
                to_second=end,
                to_day=end // DAY,
            )
        )

    def close(self) -> Billing:
        """All books, invoices renumbered in the order of their issue, as a billing system numbers
        them.
        """
        invoices, lines = stack(Invoices, self.invoices), stack(Lines, self.lines)
        order = np.argsort(invoices.issued, kind="stable")
        new_number = np.empty(len(order), dtype=np.int64)
        new_number[order] = np.arange(len(order))
        lines = replace(lines, invoice=new_number[lines.invoice])
        return Billing(
            subscriptions=stack(Subscriptions, self.subscriptions),
            pieces=stack(Pieces, self.pieces),
            invoices=take(invoices, order),
            lines=take(lines, np.argsort(lines.invoice, kind="stable")),
        )


def _spread(value: Any, size: int) -> Ints:
    return np.full(size, value, dtype=np.int64) if isinstance(value, int) else np.asarray(value)
