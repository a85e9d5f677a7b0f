"""truth.json: every figure counted from the life histories, in numpy, by the text of METRICS.md.

Belongs here: counting. Does not belong here: SQL, or anything the pipeline does; nothing but the
histories is read, so an error in the pipeline cannot repeat itself here.

Conventions: a period compares each customer at its opening (end of the day before it) and at its
closing; periods are [period_start, period_end); money is USD with two decimals; rates are null
where the denominator is 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dagster_project.simulate import catalog
from dagster_project.simulate.calendar import (
    DAY,
    GRAIN_MONTHS,
    Bools,
    Ints,
    Window,
    day_from_number,
    first_day_of_month,
    month_of_day,
)
from dagster_project.simulate.causes import Sales, Told, counted, sales_of
from dagster_project.simulate.customers import Customers
from dagster_project.simulate.ledger import Billing, take
from dagster_project.simulate.purchases import Orders

NO_MEMBER = "(none)"


@dataclass(frozen=True)
class Snapshot:
    """All customers at the end of one day: MRR in cents, the plan with the most of it (-1: no
    plan), and what their subscriptions were sold on.
    """

    mrr: Ints
    plan: Ints
    sales: Sales


@dataclass(frozen=True)
class Members:
    """Members of a dimension by number, and each customer's at opening and closing (-1: none)."""

    dimension: str
    names: list[str]
    opening: Ints
    closing: Ints


@dataclass(frozen=True)
class Span:
    """One period: first day, the day after its last, and the last day covered by the data."""

    grain: str
    start: int
    end: int
    closing_day: int
    complete: bool


def count_truth(
    customers: Customers,
    billing: Billing,
    orders: Orders,
    window: Window,
    settings: dict[str, Any],
    told: Told = Told.TERMS,
) -> dict[str, Any]:
    """The whole of truth.json as plain values.

    :param told: what the exports tell, which decides whether a commitment or a discount is known.
    """
    counter = _Counter(customers, billing, window, told)
    spans = list(_spans(counter, orders, window))
    days = _purchase_days(orders)
    return {
        "settings": settings,
        "periods": [row for span in spans for row in counter.figures(span)],
        "repeat": [row for span in spans for row in _repeat(customers, days, span)],
    }


def _spans(counter: _Counter, orders: Orders, window: Window) -> Iterator[Span]:
    """From the first month with recurring value or a purchase to that of the last day."""
    counted = orders.status < catalog.COUNTED_ORDER_STATUSES
    first_days = [
        int(days.min())
        for days in (counter.first_active_days(), orders.ordered[counted] // DAY)
        if len(days)
    ]
    if not first_days:
        return
    first_month = int(month_of_day(np.array([min(first_days)]))[0])
    last_month = int(month_of_day(np.array([window.until_day]))[0])
    for grain, months in GRAIN_MONTHS.items():
        for month in range(first_month - first_month % months, last_month + 1, months):
            start, end = (int(day) for day in first_day_of_month(np.array([month, month + months])))
            complete = end <= window.until_day + 1
            yield Span(grain, start, end, min(end - 1, window.until_day), complete)


class _Counter:
    """Answers questions about the histories of all customers."""

    def __init__(self, customers: Customers, billing: Billing, window: Window, told: Told) -> None:
        worth = (billing.pieces.mrr_cents > 0) & (billing.pieces.to_day > billing.pieces.from_day)
        self.pieces = pieces = take(billing.pieces, worth)
        self.customers = customers
        self.told = told
        self.customer_of = billing.subscriptions.customer
        self.customer = self.customer_of[pieces.subscription]
        self.mrr = pieces.mrr_cents
        self.from_day = pieces.from_day
        self.to_day = pieces.to_day
        # plans by the alphabetical rank of their ids, because ties go to the smallest id
        by_id = sorted(range(len(catalog.PRICE_IDS)), key=lambda number: catalog.PRICE_IDS[number])
        rank = np.empty(len(by_id), dtype=np.int64)
        rank[by_id] = np.arange(len(by_id))
        self.plan = rank[pieces.price]
        self.plan_names = [catalog.PRICE_IDS[number] for number in by_id]
        self.country_names = [row[0] for row in catalog.COUNTRIES]
        self.until_day = window.until_day
        self.first_active = np.full(len(customers), np.iinfo(np.int64).max, dtype=np.int64)
        np.minimum.at(self.first_active, self.customer, self.from_day)
        self._known: dict[int, Snapshot] = {}

    def first_active_days(self) -> Ints:
        """Days on which something was worth money for the first time, within the window."""
        return self.from_day[self.from_day <= self.until_day]

    def at_end_of(self, day: int) -> Snapshot:
        """The customers at the end of a day."""
        if day not in self._known:
            self._known[day] = self._count(day)
        return self._known[day]

    def _count(self, day: int) -> Snapshot:
        on = np.flatnonzero((self.from_day <= day) & (day < self.to_day))
        size = len(self.customers)
        mrr = np.zeros(size, dtype=np.int64)
        np.add.at(mrr, self.customer[on], self.mrr[on])
        # sum by customer and plan, then the first of each customer by (most MRR, smallest plan id)
        plans = len(self.plan_names)
        keys, place = np.unique(self.customer[on] * plans + self.plan[on], return_inverse=True)
        sums = np.zeros(len(keys), dtype=np.int64)
        np.add.at(sums, place, self.mrr[on])
        order = np.lexsort((keys % plans, -sums, keys // plans))
        owner = (keys // plans)[order]
        first = np.ones(len(owner), dtype=np.bool_)
        first[1:] = owner[1:] != owner[:-1]
        plan = np.full(size, -1, dtype=np.int64)
        plan[owner[first]] = (keys % plans)[order][first]
        return Snapshot(mrr, plan, sales_of(self.pieces, on, len(self.customer_of)))

    def figures(self, span: Span) -> Iterator[dict[str, Any]]:
        """One row for the whole business, one per member of plan and country that is not zero."""
        ends = self.at_end_of(span.start - 1), self.at_end_of(span.closing_day)
        sold = counted(
            ends[0].sales, ends[1].sales, self.customer_of, len(self.customers), self.told
        )
        everybody = np.zeros(len(self.customers), dtype=np.int64)
        country = self.customers.country
        names = [*self.country_names, NO_MEMBER]
        code = np.where(country < 0, len(names) - 1, country)
        plans = self.plan_names
        yield from self._rows(span, ends, sold, Members("all", ["all"], everybody, everybody))
        yield from self._rows(span, ends, sold, Members("country", names, code, code))
        yield from self._rows(span, ends, sold, Members("plan", plans, ends[0].plan, ends[1].plan))

    def _rows(
        self, span: Span, ends: tuple[Snapshot, Snapshot], sold: Bools, members: Members
    ) -> Iterator[dict[str, Any]]:
        opening, closing = ends
        dimension, names = members.dimension, members.names
        active_before = self.first_active < span.start
        start, end = opening.mrr, closing.mrr
        was, is_now = start > 0, end > 0
        kept, lost = was & is_now, was & ~is_now
        came = is_now & ~was
        new, back = came & ~active_before, came & active_before
        grew, shrank = kept & (end > start), kept & (end < start)
        moved = kept & (members.opening != members.closing)

        def heads(mask: Bools, member: Ints) -> Ints:
            return np.bincount(member[mask], minlength=len(names))

        def money(mask: Bools, member: Ints, amount: Ints) -> Ints:
            total = np.zeros(len(names), dtype=np.int64)
            np.add.at(total, member[mask], amount[mask])
            return total

        first, last = members.opening, members.closing
        columns = {
            "customers_opening": heads(was, first),
            "customers_closing": heads(is_now, last),
            "customers_retained": heads(kept, first),
            "customers_lost": heads(lost, first),
            "customers_new": heads(new, last),
            "customers_reactivated": heads(back, last),
            "mrr_opening": money(was, first, start),
            "mrr_new": money(new, last, end),
            "mrr_reactivation": money(back, last, end),
            "mrr_expansion": money(grew, first, end - start),
            "mrr_contraction": money(shrank, first, start - end),
            "mrr_churn": money(lost, first, start),
            "transfer_in": money(moved, last, end),
            "transfer_out": money(moved, first, end),
            "mrr_closing": money(is_now, last, end),
            "upgrades": heads(grew & sold, first),
            "downgrades": heads(shrank & sold, first),
        }
        kept_closing = money(kept, first, end)
        kept_smaller = money(kept, first, np.minimum(start, end))
        for number, name in enumerate(names):
            row = {key: int(values[number]) for key, values in columns.items()}
            if dimension != "all" and not any(row.values()):
                continue
            yield {
                **_period(span, dimension, name),
                **{
                    key: cents(value) if key.startswith(("mrr_", "transfer_")) else value
                    for key, value in row.items()
                },
                "churn_rate": _rate(row["customers_lost"], row["customers_opening"]),
                "retention_rate": _rate(row["customers_retained"], row["customers_opening"]),
                "ndr": _rate(int(kept_closing[number]), row["mrr_opening"]),
                "grr": _rate(int(kept_smaller[number]), row["mrr_opening"]),
            }


def _purchase_days(orders: Orders) -> tuple[Ints, Ints]:
    """Customer and day of every purchase: the orders of one customer on one day are one."""
    counted = orders.status < catalog.COUNTED_ORDER_STATUSES
    latest = 1 << 20  # more days than any window has
    keys = np.unique(orders.customer[counted] * latest + orders.ordered[counted] // DAY)
    return keys // latest, keys % latest


def _repeat(
    customers: Customers, purchases: tuple[Ints, Ints], span: Span
) -> Iterator[dict[str, Any]]:
    """Repeat rates of a period."""
    customer, day = purchases
    size = len(customers)
    to_date = np.bincount(customer[day <= span.closing_day], minlength=size)
    inside = (day >= span.start) & (day <= span.closing_day)
    within = np.bincount(customer[inside], minlength=size)
    buyers, earlier = within > 0, (to_date - within) > 0
    names = [row[0] for row in catalog.COUNTRIES] + [NO_MEMBER]
    code = np.where(customers.country < 0, len(names) - 1, customers.country)
    whole = np.ones(size, dtype=np.bool_)
    members: list[tuple[str, str, Bools]] = [("all", "all", whole)]
    members += [("country", name, code == number) for number, name in enumerate(names)]
    for dimension, name, mask in members:
        row = {
            "buyers_to_date": int((mask & (to_date >= 1)).sum()),
            "repeat_buyers_to_date": int((mask & (to_date >= 2)).sum()),
            "buyers": int((mask & buyers).sum()),
            "returning_buyers": int((mask & buyers & earlier).sum()),
        }
        if dimension != "all" and not any(row.values()):
            continue
        yield {
            **_period(span, dimension, name),
            **row,
            "repeat_customer_rate": _rate(row["repeat_buyers_to_date"], row["buyers_to_date"]),
            "returning_rate": _rate(row["returning_buyers"], row["buyers"]),
        }


def _period(span: Span, dimension: str, member: str) -> dict[str, Any]:
    return {
        "grain": span.grain,
        "period_start": day_from_number(span.start).isoformat(),
        "period_end": day_from_number(span.end).isoformat(),
        "is_complete": span.complete,
        "dimension": dimension,
        "member": member,
    }


def cents(amount: int) -> str:
    """An amount of cents as money text: 123450 -> '1234.50'."""
    sign, rest = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{rest // 100}.{rest % 100:02d}"


def _rate(numerator: int, denominator: int) -> float | None:
    return numerator / denominator if denominator else None
