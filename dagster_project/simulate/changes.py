"""What happens inside a billing period that is served: changes of plan or seats, cuts, and their
proration.

Belongs here: one period of each subscription at a time. Does not belong here: renewals and their
payment (cycles).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dagster_project.simulate import catalog
from dagster_project.simulate.calendar import DAY, Bools, Ints, Window, month_of_day
from dagster_project.simulate.ledger import (
    LINE_PRORATION,
    NO_SECOND,
    PAID,
    UPDATE,
    Ledger,
    net_cents,
    round_ratio,
)

MIDNIGHT_SHARE: Final = 0.8


@dataclass(frozen=True)
class Periods:
    """One billing period per entry: `row` is the subscription's place in its round, seconds [start,
    end).
    """

    row: Ints
    number: Ints
    customer: Ints
    currency: Ints
    role: Ints
    cycle: Ints
    product: Ints
    annual: Ints
    quantity: Ints
    discount: Ints
    start: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.row)

    @property
    def price(self) -> Ints:
        """Price numbers."""
        return catalog.PRICE_OF[self.product, self.annual, self.currency]

    @property
    def gross(self) -> Ints:
        """Full amount before the discount, in cents."""
        return catalog.UNIT_CENTS[self.price] * self.quantity

    @property
    def full(self) -> Ints:
        """Full amount after the discount, in cents."""
        return net_cents(self.price, self.quantity, self.discount)


@dataclass(frozen=True)
class Plan:
    """A product and a number of seats per entry."""

    product: Ints
    quantity: Ints

    def differs(self, other: Plan) -> Bools:
        """Where it is not the other one."""
        return np.asarray((self.product != other.product) | (self.quantity != other.quantity))

    def take(self, rows: Ints) -> Plan:
        """The entries at the given positions."""
        return Plan(self.product[rows], self.quantity[rows])


@dataclass(frozen=True)
class Served:
    """What the periods left behind: the plan at their end, and the second of a cut (-1: not cut
    short).
    """

    plan: Plan
    cut: Ints


def is_bad(window: Window, seconds: Ints) -> Bools:
    """Whether the instants lie in the bad quarter."""
    bad_from, bad_to = window.bad_months
    month = month_of_day(seconds // DAY)
    return np.asarray((month >= bad_from) & (month < bad_to))


def other_plan(rng: np.random.Generator, plan: Plan, bad: Bools) -> Plan:
    """Another product or number of seats: mostly more, in a bad quarter mostly less."""
    product, quantity = plan.product, plan.quantity
    size = len(product)
    up = rng.random(size) < np.where(bad, 0.18, 0.7)
    seats = rng.integers(1, 5, size)
    by_seats = (rng.random(size) < 0.55) & catalog.PER_SEAT[product]
    higher = np.minimum(product + 1, catalog.ENTERPRISE)
    # Free has no annual price, so nobody falls back to it
    lower = np.maximum(product - 1, catalog.STARTER)
    moved = np.where(up | (product == catalog.FREE), higher, lower)
    main = product <= catalog.ENTERPRISE
    new_product = np.where(main & ~by_seats, moved, product)
    less = np.maximum(1, quantity - seats)
    new_quantity = np.where(by_seats, np.where(up, quantity + seats, less), quantity)
    became_seats = ~catalog.PER_SEAT[product] & catalog.PER_SEAT[new_product]
    new_quantity = np.where(became_seats, 2 + seats, new_quantity)
    return Plan(new_product, np.where(catalog.PER_SEAT[new_product], new_quantity, 1))


def moments(rng: np.random.Generator, earliest: Ints, latest: Ints) -> Ints:
    """A second in [earliest, latest) each: midnight four times in five."""
    size = len(earliest)
    moment = earliest + (rng.random(size) * (latest - earliest)).astype(np.int64)
    midnight = -(-moment // DAY) * DAY
    tidy = (rng.random(size) < MIDNIGHT_SHARE) & (midnight < latest)
    return np.where(tidy, midnight, moment)


class Service:
    """Serves periods: records their pieces and the proration lines of what changes inside them."""

    def __init__(self, rng: np.random.Generator, window: Window, ledger: Ledger) -> None:
        self.rng = rng
        self.window = window
        self.ledger = ledger

    def serve(self, periods: Periods) -> Served:
        """Decide what happens inside the periods and record it."""
        rng, window_end = self.rng, self.window.end_second
        size = len(periods)
        yearly = periods.annual == 1
        bad = is_bad(self.window, periods.start)
        main = periods.role == catalog.MAIN
        roll = rng.random(size)
        change = (roll < np.where(yearly, 0.34, 0.045) * np.where(bad, 1.6, 1.0)) & main
        cut = ~change & (roll > 1 - np.where(main, 0.004, 0.02)) & (periods.cycle > 0)
        when = moments(rng, periods.start + 2 * DAY, periods.end - 3 * DAY)
        cut &= when < window_end
        plan = Plan(periods.product, periods.quantity)
        second = other_plan(rng, plan, bad)
        change &= (when < window_end) & second.differs(plan)

        # a second change in the same period credits the first one's debit
        twice = change & (rng.random(size) < 0.08) & (periods.end - when > 6 * DAY)
        again = moments(rng, when + 2 * DAY, periods.end - 2 * DAY)
        third = other_plan(rng, second, bad)
        twice &= (again < window_end) & third.differs(second)

        everywhere = np.arange(size, dtype=np.int64)
        self._piece(
            periods, everywhere, plan, periods.start, np.where(change | cut, when, periods.end)
        )
        changed, changed_twice = np.flatnonzero(change), np.flatnonzero(twice)
        self._piece(periods, changed, second, when, np.where(twice, again, periods.end))
        self._prorate(periods, changed, when, plan, second)
        self._piece(periods, changed_twice, third, again, periods.end)
        self._prorate(periods, changed_twice, again, second, third)
        self._prorate(periods, np.flatnonzero(cut), when, plan, None)
        return Served(
            plan=Plan(
                np.where(twice, third.product, np.where(change, second.product, plan.product)),
                np.where(twice, third.quantity, np.where(change, second.quantity, plan.quantity)),
            ),
            cut=np.where(cut, when, NO_SECOND),
        )

    @staticmethod
    def _price_and_full(periods: Periods, rows: Ints, plan: Plan) -> tuple[Ints, Ints]:
        price = catalog.PRICE_OF[plan.product[rows], periods.annual[rows], periods.currency[rows]]
        return price, net_cents(price, plan.quantity[rows], periods.discount[rows])

    def _piece(self, periods: Periods, rows: Ints, plan: Plan, start: Ints, end: Ints) -> None:
        price, full = self._price_and_full(periods, rows, plan)
        self.ledger.piece(
            subscription=periods.number[rows],
            price=price,
            quantity=plan.quantity[rows],
            discount=periods.discount[rows],
            full_cents=full,
            currency=periods.currency[rows],
            start=start[rows],
            end=end[rows],
        )

    def _prorate(
        self, periods: Periods, rows: Ints, when: Ints, old: Plan, new: Plan | None
    ) -> None:
        """An invoice at `when`: a credit for the rest of the period, and the new plan's debit if
        there is one.
        """
        moment = when[rows]
        rest = periods.end[rows] - moment
        whole = periods.end[rows] - periods.start[rows]
        price, full = self._price_and_full(periods, rows, old)
        lines = [(price, old.quantity[rows], -round_ratio(full * rest, whole))]
        if new is not None:
            price, full = self._price_and_full(periods, rows, new)
            lines.append((price, new.quantity[rows], round_ratio(full * rest, whole)))
        total = np.asarray(sum(amount for _, _, amount in lines), dtype=np.int64)
        invoice = self.ledger.invoice(
            customer=periods.customer[rows],
            subscription=periods.number[rows],
            reason=UPDATE,
            issued=moment,
            status=PAID,
            paid=moment + np.where(total > 0, 900, 0),
            total_cents=total,
        )
        for price, quantity, amount in lines:
            self.ledger.line(
                invoice=invoice,
                subscription=periods.number[rows],
                kind=LINE_PRORATION,
                price=price,
                quantity=quantity,
                gross_cents=amount,
                start=moment,
                end=periods.end[rows],
            )
