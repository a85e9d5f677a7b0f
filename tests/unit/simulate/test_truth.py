"""The counted figures: hand-made histories with known answers, and identities that always hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.simulate import catalog
from dagster_project.simulate.calendar import DAY, Window, day_number
from dagster_project.simulate.company import draw_company
from dagster_project.simulate.customers import Customers
from dagster_project.simulate.ledger import Billing, Invoices, Lines, Pieces, Subscriptions
from dagster_project.simulate.purchases import Orders
from dagster_project.simulate.truth import count_truth

TEAM = catalog.PRICE_IDS.index("price_team_month_usd")
BUSINESS = catalog.PRICE_IDS.index("price_business_month_usd")
Piece = tuple[int, str, str | None, int, int]


def _columns(kind: type[Any], size: int, **given_: Any) -> Any:
    plain = {f.name: np.zeros(size, dtype=np.int64) for f in fields(kind)}
    return kind(
        **{**plain, **{key: np.asarray(value, dtype=np.int64) for key, value in given_.items()}}
    )


def _day(text: str | None) -> int:
    return day_number(date.fromisoformat(text)) if text else 10**7


def _figures(
    pieces: Iterable[Piece], until: str, months: int, orders: Iterable[tuple[int, str]] = ()
) -> dict[str, Any]:
    """Truth of pieces (customer, from, to, cents, price number) and orders (customer, day)."""
    rows, bought = list(pieces), list(orders)
    people = 1 + max([row[0] for row in rows] + [row[0] for row in bought])
    customers = _columns(Customers, people)
    billing = Billing(
        subscriptions=_columns(Subscriptions, len(rows), customer=[row[0] for row in rows]),
        pieces=_columns(
            Pieces,
            len(rows),
            subscription=np.arange(len(rows)),
            from_day=[_day(row[1]) for row in rows],
            to_day=[_day(row[2]) for row in rows],
            quantity=[row[3] for row in rows],
            mrr_cents=[row[3] for row in rows],
            price=[row[4] for row in rows],
        ),
        invoices=_columns(Invoices, 0),
        lines=_columns(Lines, 0),
    )
    purchases = _columns(
        Orders,
        len(bought),
        customer=np.array([row[0] for row in bought], dtype=np.int64),
        ordered=np.array([_day(row[1]) * DAY for row in bought], dtype=np.int64),
    )
    window = Window.ending(date.fromisoformat(until), months)
    return count_truth(customers, billing, purchases, window, {})


def _row(truth: dict[str, Any], grain: str, start: str, member: str = "all") -> dict[str, Any]:
    (found,) = (
        row
        for row in truth["periods"]
        if (row["grain"], row["period_start"], row["member"]) == (grain, start, member)
    )
    return dict(found)


def test_a_quarter_with_every_movement_gives_the_worked_example() -> None:
    """The fifth worked example: churn 10 %, NDR 105 %, GRR 85 %, closing 1,390.00."""
    pieces: list[Piece] = [(n, "2025-12-01", None, 10000, TEAM) for n in range(7)]
    pieces += [(7, "2025-12-01", "2026-02-10", 10000, TEAM)]
    pieces += [(8, "2025-12-01", "2026-01-20", 10000, TEAM), (8, "2026-01-20", None, 5000, TEAM)]
    pieces += [(9, "2025-12-01", None, 10000, TEAM), (9, "2026-02-01", None, 10000, TEAM)]
    pieces += [(0, "2026-03-31", None, 10000, TEAM)]
    pieces += [(n, "2026-03-05", None, 10000, TEAM) for n in (10, 11, 12)]
    pieces += [(13, "2025-10-01", "2025-11-01", 4000, TEAM), (13, "2026-03-01", None, 4000, TEAM)]
    row = _row(_figures(pieces, "2026-03-31", 6), "quarter", "2026-01-01")
    expected = {
        "customers_opening": 10,
        "customers_lost": 1,
        "customers_closing": 13,
        "mrr_opening": "1000.00",
        "mrr_new": "300.00",
        "mrr_reactivation": "40.00",
        "mrr_expansion": "200.00",
        "mrr_contraction": "50.00",
        "mrr_churn": "100.00",
        "mrr_closing": "1390.00",
        "churn_rate": 0.1,
        "ndr": 1.05,
        "grr": 0.85,
        "upgrades": 2,
        "downgrades": 1,
    }
    assert {key: row[key] for key in expected} == expected


def test_who_comes_and_goes_within_a_month_appears_nowhere() -> None:
    truth = _figures(
        [(0, "2026-01-01", None, 100, TEAM), (1, "2026-02-03", "2026-02-20", 900, TEAM)],
        "2026-02-28",
        2,
    )
    row = _row(truth, "month", "2026-02-01")
    assert (row["customers_new"], row["customers_lost"], row["mrr_new"]) == (0, 0, "0.00")


def test_a_change_of_plan_is_a_transfer_beside_the_expansion() -> None:
    truth = _figures(
        [
            (0, "2026-01-01", "2026-02-10", 10000, TEAM),
            (0, "2026-02-10", None, 20000, BUSINESS),
        ],
        "2026-02-28",
        2,
    )
    left = _row(truth, "month", "2026-02-01", "price_team_month_usd")
    joined = _row(truth, "month", "2026-02-01", "price_business_month_usd")
    keys = ("mrr_opening", "mrr_expansion", "transfer_in", "transfer_out", "mrr_closing")
    assert [left[key] for key in keys] == ["100.00", "100.00", "0.00", "200.00", "0.00"]
    assert [joined[key] for key in keys] == ["0.00", "0.00", "200.00", "0.00", "200.00"]


def test_the_plan_of_a_customer_is_the_one_with_most_value_then_the_smallest_id() -> None:
    truth = _figures(
        [(0, "2026-01-01", None, 500, TEAM), (0, "2026-01-01", None, 500, BUSINESS)],
        "2026-01-31",
        1,
    )
    row = _row(truth, "month", "2026-01-01", "price_business_month_usd")
    assert row["mrr_closing"] == "10.00"


def test_two_orders_on_one_day_are_one_purchase() -> None:
    """The sixth worked example: 1, 1, 2, 3, 1 purchases, the two of the third buyer on one day."""
    orders = [(0, "2026-01-05"), (1, "2026-01-06"), (2, "2026-01-07"), (2, "2026-01-07")]
    orders += [(3, "2026-01-01"), (3, "2026-01-08"), (3, "2026-01-20"), (4, "2026-01-09")]
    truth = _figures([], "2026-01-31", 1, orders)
    row = next(r for r in truth["repeat"] if r["grain"] == "month" and r["member"] == "all")
    assert row["repeat_customer_rate"] == pytest.approx(0.2)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), months=st.integers(1, 20), last=st.integers(1, 28))
def test_opening_and_movements_give_the_closing_in_every_row(
    seed: int, months: int, last: int
) -> None:
    window = Window.ending(date(2026, 2, last), months)
    company = draw_company(80, window, seed)
    truth = count_truth(company.customers, company.billing, company.orders, window, {})
    for row in truth["periods"]:
        m = {k: Decimal(v) for k, v in row.items() if k.startswith(("mrr_", "transfer_"))}
        gained = m["mrr_new"] + m["mrr_reactivation"] + m["mrr_expansion"] + m["transfer_in"]
        given_up = m["mrr_contraction"] + m["mrr_churn"] + m["transfer_out"]
        assert m["mrr_opening"] + gained - given_up == m["mrr_closing"], row
        assert row["customers_retained"] + row["customers_lost"] == row["customers_opening"]


def test_the_closing_of_a_period_is_the_opening_of_the_next(sample_truth: dict[str, Any]) -> None:
    closing: dict[tuple[str, str, str, str], str] = {
        (row["grain"], row["dimension"], row["member"], row["period_end"]): row["mrr_closing"]
        for row in sample_truth["periods"]
    }
    for row in sample_truth["periods"]:
        key = (row["grain"], row["dimension"], row["member"], row["period_start"])
        assert row["mrr_opening"] == closing.get(key, "0.00")


@pytest.mark.parametrize("dimension", ["plan", "country"])
def test_the_members_of_a_dimension_sum_to_the_whole(
    sample_truth: dict[str, Any], dimension: str
) -> None:
    keys = ("mrr_opening", "mrr_new", "mrr_churn", "mrr_closing")
    whole: dict[tuple[str, str], list[Decimal]] = {}
    parts: dict[tuple[str, str], list[Decimal]] = {}
    for row in sample_truth["periods"]:
        place = (row["grain"], row["period_start"])
        values = [Decimal(row[key]) for key in keys]
        if row["dimension"] == "all":
            whole[place] = values
        elif row["dimension"] == dimension:
            before = parts.get(place, [Decimal(0)] * len(keys))
            parts[place] = [a + b for a, b in zip(before, values, strict=True)]
    assert parts == whole
