"""The three recurring shapes tell the same histories: each is read back here, without the
pipeline, by the text of METRICS.md section 1, and compared with truth.json's figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest

from dagster_project.simulate import canonical
from dagster_project.simulate.calendar import Window
from dagster_project.simulate.company import Company, draw_company
from dagster_project.simulate.truth import count_truth

RATES = {"USD": Fraction(1), "EUR": Fraction(108, 100), "GBP": Fraction(127, 100)}
MONTHS = {"month": 1, "year": 12}
Piece = tuple[str, date, date | None, Decimal]


def _dollars(amount: Fraction, currency: str) -> Decimal:
    exact = amount * RATES[currency]
    places = Decimal(exact.numerator) / Decimal(exact.denominator)
    return places.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _from_periods(company: Company) -> Iterator[Piece]:
    for row in canonical.subscription_periods(company).to_pylist():
        value = _dollars(Fraction(row["mrr"]), row["currency"])
        yield row["customer_id"], row["valid_from_on"], row["valid_to_on"], value


def _from_items(company: Company) -> Iterator[Piece]:
    for row in canonical.subscription_items(company).to_pylist():
        amount = Fraction(row["unit_amount"] * row["quantity"]) * (1 - Fraction(row["discount"]))
        value = _dollars(amount / MONTHS[row["interval"]], row["currency"])
        end = row["valid_to_at"].date() if row["valid_to_at"] else None
        yield row["customer_id"], row["valid_from_at"].date(), end, value


def _from_lines(company: Company) -> Iterator[Piece]:
    plans = {row["plan_id"]: row for row in canonical.plans(company).to_pylist()}
    lines = canonical.invoice_lines(company).to_pylist()
    counted = [
        row
        for row in lines
        if row["kind"] == "recurring" and row["invoice_status"] in ("paid", "open", "uncollectible")
    ]
    ended = {
        row["subscription_id"]: row["ended_at"].date()
        for row in canonical.subscriptions(company).to_pylist()
        if row["ended_at"] is not None
    }
    full = {
        (row["subscription_id"], row["period_end_at"]): row
        for row in counted
        if not row["is_proration"]
    }
    for row in counted:
        plan = plans[row["plan_id"]]
        amount = Fraction(row["amount"])
        if row["is_proration"]:
            amount = _unprorated(row, full[row["subscription_id"], row["period_end_at"]], plans)
        end = row["period_end_at"].date()
        if row["invoice_status"] != "paid":
            end = min(end, row["issued_at"].date() + timedelta(days=30))
        if row["invoice_status"] == "uncollectible":  # given up together with its subscription
            end = min(end, ended[row["subscription_id"]])
        value = _dollars(amount / MONTHS[plan["interval"]], row["currency"])
        yield row["customer_id"], row["period_start_at"].date(), end, value


def _unprorated(
    line: dict[str, Any], whole: dict[str, Any], plans: dict[str, dict[str, Any]]
) -> Fraction:
    """The full amount a prorated one is a share of: list price x seats x the discount in force."""

    def listed(row: dict[str, Any]) -> Fraction:
        return Fraction(plans[row["plan_id"]]["unit_amount"] * row["quantity"])

    kept = Fraction(whole["amount"]) / listed(whole) if listed(whole) else Fraction(1)
    left = _seconds(line["period_start_at"], line["period_end_at"])
    share = Fraction(left, _seconds(whole["period_start_at"], whole["period_end_at"]))
    amount = listed(line) * kept * (1 if line["amount"] >= 0 else -1)
    assert abs(amount * share - Fraction(line["amount"])) <= Fraction(1, 200)
    return amount


def _seconds(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds())


def _closings(pieces: Iterator[Piece], days: list[date]) -> list[tuple[int, Decimal]]:
    """Active customers and MRR at the end of each day."""
    known = list(pieces)
    found = []
    for day in days:
        worth: dict[str, Decimal] = defaultdict(Decimal)
        for customer, start, end, value in known:
            if start <= day and (end is None or day < end):
                worth[customer] += value
        found.append((sum(value > 0 for value in worth.values()), sum(worth.values(), Decimal(0))))
    return found


@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.parametrize("read", [_from_periods, _from_items, _from_lines])
def test_each_shape_gives_the_figures_of_truth(seed: int, read: Any) -> None:
    window = Window.ending(date(2026, 10, 31), 24)
    company = draw_company(300, window, seed)
    truth = count_truth(company.customers, company.billing, company.orders, window, {})
    months = [r for r in truth["periods"] if r["grain"] == "month" and r["dimension"] == "all"]
    days = [date.fromisoformat(row["period_end"]) - timedelta(days=1) for row in months]
    expected = [(row["customers_closing"], Decimal(row["mrr_closing"])) for row in months]
    assert _closings(read(company), days) == expected
