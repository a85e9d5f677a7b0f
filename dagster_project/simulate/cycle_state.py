"""Where each subscription of a round stands between two billing cycles. What moves it on is in ``cycles``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagster_project.simulate.calendar import (
    DAY,
    Bools,
    Ints,
    Window,
    first_day_of_month,
    month_of_day,
)
from dagster_project.simulate.ledger import (
    ACTIVE,
    NEVER,
    NO_END,
    NO_SECOND,
)
from dagster_project.simulate.starts import Starts, on_billing_day


def add_months(seconds: Ints, months: Ints) -> Ints:
    """The same day of the month and time of day, months later."""
    day, rest = seconds // DAY, seconds % DAY
    month = month_of_day(day)
    of_month = day - first_day_of_month(month)
    return (first_day_of_month(month + months) + of_month) * DAY + rest


@dataclass
class State:
    """Where each subscription of a round stands; changed in place from cycle to cycle.

    `anchor` and `cycle` give the current period: it begins `cycle` periods after the anchor.
    """

    number: Ints
    currency: Ints
    started: Ints
    trial_end: Ints
    product: Ints
    annual: Ints
    quantity: Ints
    discount_left: Ints
    anchor: Ints
    cycle: Ints
    current: Ints
    alive: Bools
    status: Ints
    request: Ints
    at_period_end: Bools
    ended: Ints
    end_day: Ints
    why: Ints
    period_start: Ints
    period_end: Ints

    @classmethod
    def beginning(cls, starts: Starts, number: Ints, currency: Ints, window: Window) -> State:
        """The state before the first cycle; paid service begins at the end of a trial."""
        size = len(starts)
        started = starts.start_day * DAY + starts.second_of_day
        after_trial = started + starts.trial_days * DAY
        after_trial = on_billing_day(after_trial // DAY) * DAY + after_trial % DAY
        trial = starts.trial_days > 0
        anchor = np.where(trial, after_trial, started)

        def all_(value: int) -> Ints:
            return np.full(size, value, dtype=np.int64)

        return cls(
            number=number,
            currency=currency,
            started=started,
            trial_end=np.where(trial, after_trial, NO_SECOND),
            product=starts.product.copy(),
            annual=starts.annual.copy(),
            quantity=starts.quantity.copy(),
            discount_left=starts.discount_months.copy(),
            anchor=anchor,
            cycle=all_(0),
            current=anchor.copy(),
            alive=started < window.end_second,
            status=all_(ACTIVE),
            request=all_(NO_SECOND),
            at_period_end=np.zeros(size, dtype=np.bool_),
            ended=all_(NO_SECOND),
            end_day=all_(NEVER),
            why=all_(NO_END),
            period_start=started.copy(),
            period_end=anchor.copy(),
        )
