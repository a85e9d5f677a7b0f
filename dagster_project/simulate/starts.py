"""Which subscriptions begin: first ones, add-ons beside them, and those of customers who come back.

Belongs here: the state a subscription starts in. Does not belong here: what becomes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagster_project.simulate import catalog
from dagster_project.simulate.calendar import (
    DAY,
    Bools,
    Ints,
    Window,
    first_day_of_month,
    month_of_day,
)
from dagster_project.simulate.customers import Customers, pick
from dagster_project.simulate.ledger import NEVER


@dataclass(frozen=True)
class Starts:
    """One entry per subscription to begin.

    `annual` is 0 or 1; `discount` in percent holds for `discount_months`; `hard_stop_day`: no
    renewal from that day.
    """

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


@dataclass(frozen=True)
class Outcome:
    """How the subscriptions of a round ended, for the round after it; `over` leaves out refused
    trials.
    """

    customer: Ints
    paid_from_day: Ints
    end_day: Ints
    over: Bools
    product: Ints
    quantity: Ints


def on_billing_day(days: Ints) -> Ints:
    """The 29th to 31st moved back to the 28th, so that every month has the billing day."""
    first = first_day_of_month(month_of_day(days))
    return np.minimum(days, first + 27)


def _full(size: int, value: int) -> Ints:
    return np.full(size, value, dtype=np.int64)


def _seconds_of_day(rng: np.random.Generator, size: int) -> Ints:
    return np.where(rng.random(size) < 0.5, 0, rng.integers(0, DAY, size))


def first_subscriptions(rng: np.random.Generator, customers: Customers) -> Starts:
    """One subscription for everybody who subscribes at all; three in ten begin with a trial."""
    who = np.flatnonzero(customers.subscribes)
    size = len(who)
    product = pick(rng, (5, 30, 36, 21, 8), size)
    annual = ((rng.random(size) < 0.27) & (product != catalog.FREE)).astype(np.int64)
    seats = np.maximum(1, np.round(np.exp(rng.normal(1.9, 0.75, size)))).astype(np.int64)
    has_discount = (rng.random(size) < 0.2) & (product != catalog.FREE)
    trial = (rng.random(size) < 0.3) & (product != catalog.FREE) & (who != 0)
    # the first customer of all pays from the first day, so that the history begins there
    product = np.where(who == 0, catalog.TEAM, product)
    percents = np.array([10, 15, 20, 25, 50], dtype=np.int64)
    return Starts(
        customer=who,
        role=_full(size, catalog.MAIN),
        product=product,
        annual=annual,
        quantity=np.where(catalog.PER_SEAT[product], np.minimum(seats, 60), 1),
        discount=np.where(has_discount, percents[rng.integers(0, 5, size)], 0),
        discount_months=np.array([3, 6, 12, 10_000], dtype=np.int64)[rng.integers(0, 4, size)],
        start_day=customers.first_day[who],
        second_of_day=_seconds_of_day(rng, size),
        trial_days=np.where(trial, 14, 0),
        trial_converts=rng.random(size) < 0.72,
        hard_stop_day=_full(size, NEVER),
    )


def add_ons(rng: np.random.Generator, window: Window, mains: Outcome) -> Starts:
    """A second subscription for one in five; it is not renewed once the first one is over."""
    life = np.minimum(mains.end_day, window.until_day) - mains.paid_from_day
    wants = rng.random(len(life)) < 0.2
    chosen = np.flatnonzero(wants & (life > 45) & (mains.product != catalog.FREE))
    size = len(chosen)
    delay = (rng.random(size) * (life[chosen] - 40)).astype(np.int64)
    return Starts(
        customer=mains.customer[chosen],
        role=_full(size, catalog.ADD_ON),
        product=np.where(rng.random(size) < 0.6, catalog.INSIGHTS, catalog.PRIORITY),
        annual=(rng.random(size) < 0.15).astype(np.int64),
        quantity=_full(size, 1),
        discount=np.where(rng.random(size) < 0.1, 20, 0),
        discount_months=_full(size, 10_000),
        start_day=on_billing_day(mains.paid_from_day[chosen] + 15 + delay),
        second_of_day=_seconds_of_day(rng, size),
        trial_days=_full(size, 0),
        trial_converts=np.ones(size, dtype=np.bool_),
        hard_stop_day=mains.end_day[chosen],
    )


def comebacks(rng: np.random.Generator, window: Window, before: Outcome, *, share: float) -> Starts:
    """New subscriptions of customers whose former one is over, days to months after its end."""
    left = np.flatnonzero(before.over)
    gap = np.round(5 + rng.gamma(1.6, 55.0, len(left))).astype(np.int64)
    # the billing day may move a start back by up to 3 days: the gap stays at least 2
    start = on_billing_day(before.end_day[left] + gap)
    keep = (rng.random(len(left)) < share) & (start <= window.until_day)
    chosen = left[keep]
    size = len(chosen)
    product = before.product[chosen]
    lower = (rng.random(size) < 0.35) & (product > catalog.STARTER)
    product = np.where(lower, product - 1, np.maximum(product, catalog.STARTER))
    seats = np.maximum(1, before.quantity[chosen] - rng.integers(0, 4, size))
    return Starts(
        customer=before.customer[chosen],
        role=_full(size, catalog.MAIN),
        product=product,
        annual=(rng.random(size) < 0.12).astype(np.int64),
        quantity=np.where(catalog.PER_SEAT[product], seats, 1),
        discount=np.where(rng.random(size) < 0.4, 25, 0),
        discount_months=np.array([3, 6, 10_000], dtype=np.int64)[rng.integers(0, 3, size)],
        start_day=start[keep],
        second_of_day=_seconds_of_day(rng, size),
        trial_days=_full(size, 0),
        trial_converts=np.ones(size, dtype=np.bool_),
        hard_stop_day=_full(size, NEVER),
    )
