"""The committed sample: small enough, with everything real exports have, and with red lines crossed
in some months only."""

from __future__ import annotations

import csv
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dagster_project.simulate import catalog
from dagster_project.simulate.company import Company
from dagster_project.simulate.ledger import (
    DRAFT,
    LINE_ONE_OFF,
    LINE_PRORATION,
    OPEN,
    PAYMENT_FAILED,
    UNCOLLECTIBLE,
    VOID,
)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _months(truth: dict[str, Any]) -> list[dict[str, Any]]:
    return [r for r in truth["periods"] if r["grain"] == "month" and r["dimension"] == "all"]


def test_the_sample_is_under_five_mebibytes(sample: Path) -> None:
    size = sum(path.stat().st_size for path in sample.rglob("*") if path.is_file())
    assert size < 5 * 1024 * 1024


def test_the_sample_covers_thirty_months_of_a_plausible_company(
    sample_truth: dict[str, Any],
) -> None:
    months = _months(sample_truth)
    assert len(months) == 30
    assert Decimal(months[-1]["mrr_closing"]) > 2 * Decimal(months[0]["mrr_closing"])


@pytest.mark.parametrize(
    "movement",
    ["mrr_new", "mrr_reactivation", "mrr_expansion", "mrr_contraction", "mrr_churn"],
)
def test_every_movement_occurs(sample_truth: dict[str, Any], movement: str) -> None:
    assert sum(row[movement] != "0.00" for row in _months(sample_truth)) >= 5


@pytest.mark.parametrize("rule", ["more lost than new", "churn above 10 %", "more down than up"])
def test_each_red_line_is_crossed_in_some_months_and_not_in_others(
    sample_truth: dict[str, Any], rule: str
) -> None:
    crossed = [
        {
            "more lost than new": row["customers_lost"] > row["customers_new"],
            "churn above 10 %": (row["churn_rate"] or 0) > 0.1,
            "more down than up": row["downgrades"] > row["upgrades"],
        }[rule]
        for row in _months(sample_truth)
    ]
    assert 1 <= sum(crossed) <= 12


def test_trials_end_in_a_subscription_and_without_one(company: Company) -> None:
    s = company.billing.subscriptions
    trial = s.trial_end >= 0
    assert int((trial & (s.ended == s.trial_end)).sum()) > 5
    assert int((trial & (s.end_day > s.trial_end // 86_400)).sum()) > 20


@pytest.mark.parametrize("status", [DRAFT, OPEN, VOID, UNCOLLECTIBLE])
def test_invoices_of_every_status_occur(company: Company, status: int) -> None:
    assert int((company.billing.invoices.status == status).sum()) >= 1


def test_payments_fail_and_end_subscriptions(company: Company) -> None:
    assert int((company.billing.subscriptions.why == PAYMENT_FAILED).sum()) >= 5
    assert int((company.payments.failure >= 0).sum()) > 50


def test_payments_are_refunded_in_part_and_in_full(company: Company) -> None:
    p = company.payments
    assert int((p.refunded_cents == p.amount_cents).sum()) >= 5
    assert int(((p.refunded_cents > 0) & (p.refunded_cents < p.amount_cents)).sum()) >= 5


def test_customers_come_back_after_a_gap(company: Company) -> None:
    s = company.billing.subscriptions
    mains = Counter(s.customer[s.role == catalog.MAIN].tolist())
    assert sum(number > 1 for number in mains.values()) >= 15


def test_add_ons_run_beside_main_subscriptions(company: Company) -> None:
    assert int((company.billing.subscriptions.role == catalog.ADD_ON).sum()) >= 20


def test_cancellations_are_asked_for_before_they_take_effect(company: Company) -> None:
    s = company.billing.subscriptions
    scheduled = (s.at_period_end == 1) & (s.ended >= 0)
    assert int(scheduled.sum()) > 50
    assert bool(np.all(s.request[scheduled] <= s.ended[scheduled]))
    assert bool(np.all(s.feedback[scheduled] >= 0))


def test_prorations_come_in_pairs_and_one_off_lines_occur(company: Company) -> None:
    lines = company.billing.lines
    assert int((lines.kind == LINE_PRORATION).sum()) > 100
    assert int((lines.kind == LINE_ONE_OFF).sum()) > 10


def test_some_changes_in_mid_cycle_are_not_at_midnight(company: Company) -> None:
    lines = company.billing.lines
    starts = lines.start[lines.kind == LINE_PRORATION] % 86_400
    assert 0.5 < float((starts == 0).mean()) < 0.95


def test_monthly_and_annual_plans_with_discounts_in_all_currencies_occur(company: Company) -> None:
    pieces = company.billing.pieces
    seen = {
        (int(catalog.PRICE_MONTHS[price]), catalog.PRICES[price].currency, bool(discount))
        for price, discount in zip(pieces.price, pieces.discount, strict=True)
    }
    assert seen == {(m, c, d) for m in (1, 12) for c in range(3) for d in (False, True)}


def test_orders_are_cancelled_refunded_and_doubled_on_a_day(company: Company) -> None:
    o = company.orders
    first = o.line == 1
    assert set(o.status.tolist()) == {0, 1, 2, 3}
    days = Counter(
        zip(o.customer[first].tolist(), (o.ordered[first] // 86_400).tolist(), strict=True)
    )
    assert max(days.values()) >= 2


def test_later_files_correct_earlier_rows_and_bring_late_ones(sample: Path) -> None:
    early = {r["id"]: r for r in _rows(sample / "billing" / "invoices-2026-11-01.csv")}
    later = {r["id"]: r for r in _rows(sample / "billing" / "invoices-2026-11-03.csv")}
    corrected = [key for key in later if key in early]
    assert all(early[key]["status"] == "open" for key in corrected)
    assert all(later[key]["status"] == "paid" for key in corrected)
    assert corrected and len(corrected) < len(later)


@pytest.mark.parametrize(
    ("name", "is_broken"),
    [
        ("billing/customers-2026-11-01.csv", lambda row: not row["id"]),
        ("billing/invoices-2026-11-01.csv", lambda row: row["status"] == "payed"),
        (
            "billing/invoice_line_items-2026-11-01.csv",
            lambda row: not row["id"] or row["amount"] == "n/a",
        ),
        ("billing/charges.csv", lambda row: row["created"].startswith("2025-13")),
        ("billing/orders.csv", lambda row: row["amount"] == "abc"),
    ],
)
def test_a_few_rows_are_broken(sample: Path, name: str, is_broken: Any) -> None:
    rows = _rows(sample / name)
    assert 0 < sum(map(is_broken, rows)) < 0.01 * len(rows)


def test_unhappy_customers_leave_more_often(company: Company) -> None:
    tickets = company.support.tickets
    complained = np.zeros(len(company.customers), dtype=np.bool_)
    complained[tickets.customer[tickets.complaint & (tickets.customer >= 0)]] = True
    left = company.left_day < 10**7
    assert left[complained].mean() > 1.2 * left[~complained].mean()


def test_usage_falls_before_a_customer_leaves(company: Company, sample: Path) -> None:
    import gzip

    days: dict[int, list[int]] = {}
    for path in sorted((sample / "usage").glob("events-*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                if not line.rstrip().endswith("}"):
                    continue
                row = json.loads(line)
                customer = int(row["userId"].split("_")[1]) - 1
                day = int(np.datetime64(row["timestamp"][:10], "D").astype(np.int64))
                days.setdefault(customer, []).append(day)
    left = [c for c in days if company.left_day[c] < 10**7]
    last = sum(0 <= company.left_day[c] - d < 30 for c in left for d in days[c])
    before = sum(60 <= company.left_day[c] - d < 90 for c in left for d in days[c])
    assert last < 0.75 * before
