"""Orders: goods bought beside (or without) a subscription.

Belongs here: order lines of all customers. Does not belong here: repeat rates (truth), files (the
writers).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagster_project.simulate import catalog
from dagster_project.simulate.calendar import DAY, Ints, Window
from dagster_project.simulate.customers import Customers, pick


@dataclass(frozen=True)
class Orders:
    """One entry per order line; lines of one order share `order`, `customer`, `ordered` and
    `status`.
    """

    order: Ints
    line: Ints
    customer: Ints
    ordered: Ints
    status: Ints
    good: Ints
    quantity: Ints
    amount_cents: Ints
    campaign: Ints

    def __len__(self) -> int:
        return len(self.order)


def draw_orders(rng: np.random.Generator, customers: Customers, window: Window) -> Orders:
    """Draw orders: about half the customers buy, now and then twice on one day; a few orders are
    cancelled or refunded.
    """
    buys = (rng.random(len(customers)) < 0.42) | ~customers.subscribes
    who = np.flatnonzero(buys)
    number = rng.geometric(0.38, len(who))
    customer = np.repeat(who, number)
    begin = customers.first_day[customer] * DAY
    moment = begin + (rng.random(len(customer)) * (window.end_second - begin)).astype(np.int64)
    again = np.flatnonzero(rng.random(len(customer)) < 0.09)
    same_day = moment[again] // DAY * DAY + rng.integers(0, DAY, len(again))
    customer = np.concatenate([customer, customer[again]])
    moment = np.concatenate([moment, same_day])
    by_time = np.lexsort((customer, moment))
    customer, moment = customer[by_time], moment[by_time]

    size = len(customer)
    status = pick(rng, (90, 3, 3, 4), size)
    campaign = np.where(rng.random(size) < 0.45, pick(rng, (1, 1, 1, 1, 1), size), -1)
    lines = 1 + pick(rng, (70, 22, 8), size)
    order = np.repeat(np.arange(size, dtype=np.int64), lines)
    line = np.arange(len(order), dtype=np.int64) - np.repeat(np.cumsum(lines) - lines, lines) + 1
    good = rng.integers(0, len(catalog.GOODS), len(order))
    quantity = rng.integers(1, 13, len(order))
    unit = np.array([row[3] for row in catalog.GOODS], dtype=np.int64)[good] * 100
    return Orders(
        order=order,
        line=line,
        customer=customer[order],
        ordered=moment[order],
        status=status[order],
        good=good,
        quantity=quantity,
        amount_cents=unit * quantity,
        campaign=campaign[order],
    )
