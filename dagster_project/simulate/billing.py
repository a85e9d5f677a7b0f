"""Life histories: all subscriptions of all customers, and the invoices that say what they are
worth.

Belongs here: the order of the rounds, and invoices outside subscriptions. Does not belong here:
what happens in a round (cycles, changes), counting (truth), files (the writers).

The pieces are the truth; the lines are written from the same decisions, so that METRICS.md section
1, shape 3, applied to the lines gives the pieces back.
"""

from __future__ import annotations

import numpy as np

from dagster_project.simulate import catalog
from dagster_project.simulate.calendar import DAY, Window
from dagster_project.simulate.customers import Customers
from dagster_project.simulate.cycles import Round
from dagster_project.simulate.ledger import (
    DRAFT,
    LINE_ONE_OFF,
    MANUAL,
    NO_SECOND,
    PAID,
    Billing,
    Ledger,
)
from dagster_project.simulate.starts import add_ons, comebacks, first_subscriptions


def draw_billing(rng: np.random.Generator, customers: Customers, window: Window) -> Billing:
    """Simulate all subscriptions: first ones, add-ons beside them, and those of customers who come
    back.
    """
    ledger = Ledger()
    round_ = Round(rng, customers, window, ledger)
    mains = round_.bill(first_subscriptions(rng, customers))
    round_.bill(add_ons(rng, window, mains))
    again = round_.bill(comebacks(rng, window, mains, share=0.34))
    round_.bill(comebacks(rng, window, again, share=0.25))
    _manual_invoices(rng, customers, window, ledger)
    return ledger.close()


def _manual_invoices(
    rng: np.random.Generator, customers: Customers, window: Window, ledger: Ledger
) -> None:
    """Training and the like: one-off lines on invoices of no subscription; the last days' are
    drafts.
    """
    span = window.end_second - customers.created_second
    who = np.flatnonzero((rng.random(len(customers)) < 0.05) & (span > 40 * DAY))
    size = len(who)
    issued = customers.created_second[who] + (rng.random(size) * span[who]).astype(np.int64)
    if size:
        issued[-1] = window.end_second - DAY // 2
    status = np.where(issued >= window.end_second - 3 * DAY, DRAFT, PAID)
    price = catalog.ONE_TIME_PRICE_OF[customers.currency[who]]
    quantity = rng.integers(1, 4, size)
    gross = catalog.UNIT_CENTS[price] * quantity
    nothing = np.full(size, NO_SECOND, dtype=np.int64)
    invoice = ledger.invoice(
        customer=who,
        subscription=nothing,
        reason=MANUAL,
        issued=issued,
        status=status,
        paid=np.where(status == PAID, issued + 3600, NO_SECOND),
        total_cents=gross,
    )
    ledger.line(
        invoice=invoice,
        subscription=nothing,
        kind=LINE_ONE_OFF,
        price=price,
        quantity=quantity,
        gross_cents=gross,
        start=issued,
        end=issued,
    )
