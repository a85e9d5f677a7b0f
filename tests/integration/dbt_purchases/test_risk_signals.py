"""Risk scores know only what was known on the day."""

from pathlib import Path

import pytest

from tests.integration.dbt_purchases.conftest import MakeWarehouse
from tests.integration.dbt_purchases.hand_loaded import Warehouse

MODELS = ("mart_risk_list", "mart_risk_backtest", "mart_customer_health", "mart_support_churn")
PAST_SCORES = (
    "select * exclude (last_contacted_on) from intermediate.int_risk_scores"
    " where score_on <= date '2025-03-01' order by score_on, customer_id"
)


@pytest.fixture(scope="module")
def company(make_warehouse: MakeWarehouse) -> Warehouse:
    """Return three paying customers: one at work, one silent since January, one leaving."""
    warehouse = make_warehouse(until="2025-04-30")
    names = ("busy", "silent", "leaving")
    warehouse.load(
        "customers", [{"customer_id": n, "created_at": "2025-01-01 00:00:00+00"} for n in names]
    )
    warehouse.load(
        "subscription_periods",
        [
            {
                "subscription_id": name,
                "customer_id": name,
                "plan_id": "p",
                "mrr": "100.00",
                "currency": "USD",
                "valid_from_on": "2025-01-01",
                "valid_to_on": "2025-04-15" if name == "leaving" else None,
            }
            for name in names
        ],
    )
    warehouse.load(
        "subscriptions",
        [
            {
                "subscription_id": "leaving",
                "customer_id": "leaving",
                "started_at": "2025-01-01 00:00:00+00",
                "cancel_requested_at": "2025-03-20 00:00:00+00",
                "ended_at": "2025-04-15 00:00:00+00",
            }
        ],
    )
    warehouse.load(
        "events",
        [
            {
                "event_id": f"{name}-{month}-{day}",
                "customer_id": name,
                "event_name": "open",
                "feature": "report",
                "occurred_at": f"2025-{month:02}-{day:02} 09:00:00+00",
            }
            for name in names
            for month in (1, 2, 3, 4)
            for day in range(1, 28, 3)
            if name != "silent" or month == 1
        ],
    )
    warehouse.build(*MODELS)
    return warehouse


def test_the_reasons_are_said_in_words(company: Warehouse) -> None:
    assert company.rows(
        "select customer_id, reasons from marts.mart_risk_list order by risk_rank"
    ) == [("silent", "no use for 96 days"), ("busy", "no sign")]


def test_a_cancellation_counts_from_the_morning_after_it_was_asked_for(company: Warehouse) -> None:
    assert company.rows(
        "select cast(score_on as varchar), cancel_requested from intermediate.int_risk_scores"
        " where customer_id = 'leaving' and day(score_on) = 1 order by 1"
    ) == [("2025-02-01", 0), ("2025-03-01", 0), ("2025-04-01", 1)]


def test_who_has_asked_to_cancel_is_in_no_backtest(company: Warehouse) -> None:
    assert company.rows(
        "select method, customers, lost, asked_to_cancel from marts.mart_risk_backtest"
        " where score_on = date '2025-04-01' and horizon_months = 1 order by method"
    ) == [("days since last use", 2, 0, 1), ("default", 2, 0, 1)]


def test_who_has_asked_to_cancel_is_lost_all_the_same_where_support_is_judged(
    company: Warehouse,
) -> None:
    assert company.rows(
        "select others, others_lost from marts.mart_support_churn"
        " where scope = 'month' and month = date '2025-04-01'"
    ) == [(3, 1)]


def test_what_happens_later_changes_no_past_score(company: Warehouse, tmp_path: Path) -> None:
    before = company.rows(PAST_SCORES)
    later = company.copied_to(tmp_path / "warehouse.duckdb")
    later.load(
        "tickets",
        [
            {
                "ticket_id": "t1",
                "customer_id": "busy",
                "created_at": "2025-03-01 00:00:00+00",
                "is_complaint": True,
            }
        ],
    )
    later.load(
        "payments",
        [
            {
                "payment_id": "p1",
                "customer_id": "busy",
                "status": "failed",
                "amount": "100.00",
                "currency": "USD",
                "attempted_at": "2025-03-01 08:00:00+00",
            }
        ],
    )
    later.load(
        "events",
        [
            {
                "event_id": "late",
                "customer_id": "silent",
                "event_name": "open",
                "occurred_at": "2025-03-01 09:00:00+00",
            }
        ],
    )
    later.build(*MODELS)
    assert later.rows(PAST_SCORES) == before
