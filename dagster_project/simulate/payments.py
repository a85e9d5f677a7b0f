"""Payment attempts for invoices: failures first, the success, refunds and disputes.

Belongs here: what the card network said about each invoice. Does not belong here: what a
subscription is worth; money paid or given back later never changes that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagster_project.simulate.calendar import DAY, Bools, Ints, Window
from dagster_project.simulate.customers import pick
from dagster_project.simulate.ledger import OPEN, PAID, UNCOLLECTIBLE, Invoices


@dataclass(frozen=True)
class Payments:
    """One entry per attempt; `failure` indexes FAILURE_CODES, -1 where the attempt went through."""

    invoice: Ints
    attempted: Ints
    amount_cents: Ints
    refunded_cents: Ints
    failure: Ints
    disputed: Bools

    def __len__(self) -> int:
        return len(self.invoice)


def draw_payments(rng: np.random.Generator, invoices: Invoices, window: Window) -> Payments:
    """Attempts for every invoice with something to pay; an unpaid one is tried four times in a
    fortnight.
    """
    due = invoices.total_cents > 0
    paid = np.flatnonzero(due & (invoices.status == PAID))
    slow = invoices.paid[paid] - invoices.issued[paid] > DAY
    first_try = paid[slow]
    unpaid = np.flatnonzero(due & np.isin(invoices.status, (OPEN, UNCOLLECTIBLE)))
    tries = np.repeat(unpaid, 4)
    moments = (
        invoices.issued[tries] + np.tile(np.array([1, 3, 7, 14]), len(unpaid)) * DAY - DAY + 3600
    )
    happened = moments < window.end_second
    tries, moments = tries[happened], moments[happened]

    invoice = np.concatenate([paid, first_try, tries])
    attempted = np.concatenate([invoices.paid[paid], invoices.issued[first_try] + 3600, moments])
    failed = np.arange(len(invoice)) >= len(paid)
    size = len(invoice)
    amount = invoices.total_cents[invoice]
    roll = rng.random(size)
    refunded = np.where(~failed & (roll < 0.006), amount, 0)
    refunded = np.where(~failed & (roll >= 0.006) & (roll < 0.012), amount // 3, refunded)
    order = np.lexsort((invoice, attempted))
    return Payments(
        invoice=invoice[order],
        attempted=attempted[order],
        amount_cents=amount[order],
        refunded_cents=refunded[order],
        failure=np.where(failed, pick(rng, (50, 35, 15), size), -1)[order],
        disputed=(~failed & (roll > 0.9985))[order],
    )
