"""Who the customers are: attributes, engagement and the day they first came.

Belongs here: what is drawn once per customer. Does not belong here: what they pay, buy, ask or
click.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagster_project.simulate import catalog
from dagster_project.simulate.calendar import (
    DAY,
    Bools,
    Floats,
    Ints,
    Window,
    first_day_of_month,
    month_number,
)


@dataclass(frozen=True)
class Customers:
    """One entry per customer; codes index the vocabularies of `catalog`, -1 is a missing value.

    `engagement` lies in (0, 1) and drives usage, tickets and the chance to leave; `first_day` is
    the day of the first subscription (or of the first order, for those who never subscribe).
    """

    created_second: Ints
    first_day: Ints
    country: Ints
    currency: Ints
    industry: Ints
    company_size: Ints
    segment: Ints
    channel: Ints
    campaign: Ints
    owner: Ints
    engagement: Floats
    subscribes: Bools

    def __len__(self) -> int:
        return len(self.created_second)


def pick(rng: np.random.Generator, weights: tuple[int, ...], size: int) -> Ints:
    """Draw indexes with the given whole-number weights."""
    edges = np.cumsum(np.array(weights, dtype=np.float64))
    drawn = np.searchsorted(edges, rng.random(size) * edges[-1], side="right")
    return np.asarray(drawn, dtype=np.int64)


def draw_customers(rng: np.random.Generator, count: int, window: Window) -> Customers:
    """Draw `count` customers.

    A fifth of them is there in the first month (the base the company starts with); the others come
    over the rest of the window, half as many a month in the bad quarter.
    """
    first_month = month_number(window.start)
    bad_from, bad_to = window.bad_months
    weights = np.full(window.months, 1.0)
    weights *= np.linspace(0.8, 1.2, window.months)
    weights[bad_from - first_month : bad_to - first_month] *= 0.45
    if window.months > 1:
        weights[0] = weights[1:].sum() * 0.25
    edges = np.cumsum(weights)
    month = np.searchsorted(edges, rng.random(count) * edges[-1], side="right").astype(np.int64)
    # billing days are 1..28, so that every month has one
    first_day = first_day_of_month(first_month + month) + rng.integers(0, 28, count)
    first_day = np.minimum(first_day, window.until_day)
    if count:
        first_day[0] = window.start_day  # somebody is always there on the first day
    lead = rng.integers(0, 20 * DAY, count)
    created = np.maximum(first_day * DAY - lead, window.start_day * DAY)

    order = np.argsort(created, kind="stable")
    created, first_day = created[order], first_day[order]

    nation = pick(rng, tuple(row[3] for row in catalog.COUNTRIES), count)
    currency = np.array([row[2] for row in catalog.COUNTRIES], dtype=np.int64)[nation]
    size = pick(rng, (30, 32, 22, 11, 5), count)
    return Customers(
        created_second=created,
        first_day=first_day,
        country=np.where(rng.random(count) < 0.03, -1, nation),
        currency=currency,
        industry=_with_gaps(rng, pick(rng, (30, 22, 10, 16, 14, 8), count), 0.04),
        company_size=_with_gaps(rng, size, 0.05),
        segment=np.array([0, 0, 1, 2, 2], dtype=np.int64)[size],
        channel=_with_gaps(rng, pick(rng, (28, 22, 14, 16, 12, 8), count), 0.05),
        campaign=_with_gaps(rng, pick(rng, (20, 20, 20, 20, 20), count), 0.55),
        owner=pick(rng, (1, 1, 1, 1, 1), count),
        engagement=rng.beta(2.2, 1.8, count),
        subscribes=(rng.random(count) > 0.07) | (np.arange(count) == 0),
    )


def _with_gaps(rng: np.random.Generator, codes: Ints, share: float) -> Ints:
    return np.where(rng.random(len(codes)) < share, -1, codes)
