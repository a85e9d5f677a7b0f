"""The whole made-up company: everything drawn from one seed.

Belongs here: the order in which the parts are drawn, and ids shared by all writers. Does not belong
here: how a part is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.simulate.billing import draw_billing
from dagster_project.simulate.calendar import Ints, Window
from dagster_project.simulate.columns import ids
from dagster_project.simulate.customers import Customers, draw_customers
from dagster_project.simulate.ledger import NEVER, Billing
from dagster_project.simulate.payments import Payments, draw_payments
from dagster_project.simulate.purchases import Orders, draw_orders
from dagster_project.simulate.support import Support, draw_support


@dataclass(frozen=True)
class Company:
    """Everything that happened, as arrays; `left_day` per customer: first day after the last
    subscription, or NEVER.
    """

    window: Window
    seed: int
    customers: Customers
    billing: Billing
    payments: Payments
    orders: Orders
    support: Support
    left_day: Ints
    users: Ints


def draw_company(count: int, window: Window, seed: int) -> Company:
    """Draw a company of `count` customers; the same arguments give the same company."""
    # one stream per part, so that a change in one leaves the others as they were
    streams = [np.random.default_rng([seed, part]) for part in range(6)]
    customers = draw_customers(streams[0], count, window)
    billing = draw_billing(streams[1], customers, window)
    left = _left_day(count, billing)
    return Company(
        window=window,
        seed=seed,
        customers=customers,
        billing=billing,
        payments=draw_payments(streams[2], billing.invoices, window),
        orders=draw_orders(streams[3], customers, window),
        support=draw_support(streams[4], customers, left, window),
        left_day=left,
        users=1 + np.minimum(3, streams[5].poisson(0.8, count)).astype(np.int64),
    )


def _left_day(count: int, billing: Billing) -> Ints:
    last = np.full(count, -1, dtype=np.int64)
    np.maximum.at(last, billing.subscriptions.customer, billing.subscriptions.end_day)
    return np.where(last < 0, NEVER, last)


def customer_ids(numbers: Ints) -> pa.Array:
    """cus_000001 and so on; null for -1."""
    return ids("cus_", np.where(numbers < 0, -1, numbers + 1), 6)


def user_stems(numbers: Ints) -> pa.Array:
    """usr_000001_ and so on, to which the number of the user within the customer is added."""
    return pc.binary_join_element_wise(ids("usr_", numbers + 1, 6), "", "_")


def subscription_ids(numbers: Ints) -> pa.Array:
    """sub_0000001 and so on; null for -1."""
    return ids("sub_", np.where(numbers < 0, -1, numbers + 1), 7)


def invoice_ids(numbers: Ints) -> pa.Array:
    """in_0000001 and so on."""
    return ids("in_", numbers + 1, 7)


def line_ids(numbers: Ints) -> pa.Array:
    """il_0000001 and so on."""
    return ids("il_", numbers + 1, 7)


def payment_ids(numbers: Ints) -> pa.Array:
    """ch_0000001 and so on."""
    return ids("ch_", numbers + 1, 7)
