"""Whose change of MRR is an upgrade or a downgrade, by what each subscription was sold on at two days.

Belongs here: the reading of METRICS.md section 3 that leaves commitments and discounts out, from the
life histories alone. Does not belong here: counting by period and member (truth).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from dagster_project.simulate import catalog
from dagster_project.simulate.calendar import Bools, Ints
from dagster_project.simulate.ledger import Pieces


class Told(Enum):
    """What the exports tell of a subscription, beside its monthly value."""

    NOTHING = "monthly values"
    """Nothing is left out."""
    AMOUNTS = "plan, quantity and amount"
    """A discount looks like another price, unless the interval changed too."""
    TERMS = "plan, quantity, price and discount"


@dataclass(frozen=True)
class Sales:
    """What subscriptions were sold on; -1 as product: worth nothing."""

    product: Ints
    months: Ints
    quantity: Ints
    discount: Ints

    def take(self, rows: Ints) -> Sales:
        """The entries at the given positions."""
        return Sales(
            self.product[rows], self.months[rows], self.quantity[rows], self.discount[rows]
        )


PRODUCT_OF_PRICE = np.array(
    [-1 if price.product is None else price.product for price in catalog.PRICES], dtype=np.int64
)


def sales_of(pieces: Pieces, rows: Ints, subscriptions: int) -> Sales:
    """What each of so many subscriptions is sold on, by its one piece among these rows."""
    found = {}
    for name, values in (
        ("product", PRODUCT_OF_PRICE[pieces.price]),
        ("months", catalog.PRICE_MONTHS[pieces.price]),
        ("quantity", pieces.quantity),
        ("discount", pieces.discount),
    ):
        found[name] = np.full(subscriptions, -1, dtype=np.int64)
        found[name][pieces.subscription[rows]] = values[rows]
    return Sales(**found)


def counted(before: Sales, after: Sales, customer: Ints, customers: int, told: Told) -> Bools:
    """Which customers changed by more than a commitment or a discount.

    :param customer: the customer of each subscription.
    """
    if told is Told.NOTHING:
        return np.ones(customers, dtype=np.bool_)
    was, is_now = before.product >= 0, after.product >= 0
    both = was & is_now & (before.product == after.product)
    found = was & is_now & (before.product != after.product)
    found[both] |= _more_than_terms(
        before.take(np.flatnonzero(both)), after.take(np.flatnonzero(both)), told
    )
    # the same product on another subscription of the customer is the same contract
    gone, come = np.flatnonzero(was & ~is_now), np.flatnonzero(is_now & ~was)
    products = len(catalog.PRODUCTS)
    _, left, right = np.intersect1d(
        customer[gone] * products + before.product[gone],
        customer[come] * products + after.product[come],
        return_indices=True,
    )
    moved_from, moved_to = gone[left], come[right]
    found[moved_to] |= _more_than_terms(before.take(moved_from), after.take(moved_to), told)
    found[np.setdiff1d(gone, moved_from)] = True
    found[np.setdiff1d(come, moved_to)] = True
    result = np.zeros(customers, dtype=np.bool_)
    result[customer[found]] = True
    return result


def _more_than_terms(before: Sales, after: Sales, told: Told) -> Bools:
    """Of one product: whether the units changed, or what looks like the price."""
    found = before.quantity != after.quantity
    if told is Told.AMOUNTS:
        found |= (before.months == after.months) & (before.discount != after.discount)
    return np.asarray(found)
