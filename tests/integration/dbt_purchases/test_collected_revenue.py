"""What was collected from each cohort, however an export writes that money went back; and cohorts of odd dates."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from tests.integration.dbt_purchases.conftest import MakeWarehouse
from tests.integration.dbt_purchases.hand_loaded import Cell, Rows, Warehouse

NAMES = (
    *("whole", "on_payment", "by_status", "by_row", "by_invoice", "by_note", "twice"),
    *("open", "won", "lost", "part", "held", "unpaid", "aliased"),
)


def _payment(name: str, **more: Cell) -> dict[str, Cell]:
    return {
        "payment_id": f"p_{name}",
        "customer_id": name,
        "invoice_id": f"i_{name}",
        "status": "succeeded",
        "amount": "100.00",
        "currency": "USD",
        "attempted_at": "2025-01-10 00:00:00+00",
        **more,
    }


@pytest.fixture(scope="module")
def company(make_warehouse: MakeWarehouse) -> Warehouse:
    """Return customers who each paid 100.00 in January, and to most of whom something was paid back."""
    warehouse = make_warehouse(until="2025-03-31")
    created = {"whole": "1900-01-01", "open": "1970-01-01"}
    warehouse.load(
        "customers",
        [
            {"customer_id": name, "created_at": f"{created.get(name, '2025-01-02')} 00:00:00+00"}
            for name in (*NAMES, "guest")
        ],
    )
    warehouse.load("customer_aliases", [{"customer_id": "old", "same_as_customer_id": "aliased"}])
    warehouse.load(
        "subscription_periods",
        [
            {
                "subscription_id": name,
                "customer_id": name,
                "plan_id": name,
                "mrr": "100.00",
                "currency": "USD",
                "valid_from_on": "2025-01-10",
            }
            for name in NAMES
        ],
    )
    changed: dict[str, dict[str, Cell]] = {
        "on_payment": {"refunded_amount": "30.00"},
        "by_status": {"status": "refunded"},
        "twice": {"refunded_amount": "40.00"},
        "won": {"status": "disputed"},
        "held": {"status": "authorized"},
        "unpaid": {"status": "failed"},
        "aliased": {"customer_id": "old"},
    }
    warehouse.load("payments", [_payment(name, **changed.get(name, {})) for name in NAMES])
    refund: dict[str, Cell] = {"currency": "USD", "refunded_at": "2025-02-20 00:00:00+00"}
    warehouse.load(
        "refunds",
        [
            {**refund, "refund_id": "r1", "payment_id": "p_by_row", "amount": "20.00"},
            {
                **refund,
                "refund_id": "r2",
                "invoice_id": "i_by_invoice",
                "customer_id": "by_invoice",
                "amount": "-10.00",
            },
            {
                **refund,
                "refund_id": "r3",
                "payment_id": "p_twice",
                "customer_id": "twice",
                "amount": "40.00",
            },
            {**refund, "refund_id": "r4", "payment_id": "p_of_a_passer_by", "amount": "999.00"},
        ],
    )
    note: dict[str, Cell] = {"currency": "USD", "issued_at": "2025-02-20 00:00:00+00"}
    warehouse.load(
        "credit_notes",
        [
            {
                **note,
                "credit_note_id": f"n_{name}",
                "customer_id": name,
                "invoice_id": f"i_{name}",
                "status": status,
                "total": "40.00",
            }
            for name, status in (
                ("by_note", "refunded"),
                ("twice", "refunded"),
                ("whole", "adjusted"),
            )
        ],
    )
    warehouse.load(
        "disputes",
        [
            {"dispute_id": name, "payment_id": f"p_{name}", "status": name}
            for name in ("open", "won", "lost")
        ]
        + [{"dispute_id": "part", "payment_id": "p_part", "status": "lost", "amount": "30.00"}],
    )
    warehouse.load(
        "invoice_lines",
        [
            {
                "invoice_id": "g1",
                "line_id": "g1",
                "invoice_status": "paid",
                "customer_id": "guest",
                "kind": "one_off",
                "amount": "50.00",
                "currency": "USD",
                "issued_at": "2025-02-01 00:00:00+00",
            }
        ],
    )
    warehouse.load(
        "events",
        [
            {
                "event_id": "e",
                "customer_id": "lost",
                "event_name": "open",
                "occurred_at": "2025-02-01 00:00:00+00",
            }
        ],
    )
    warehouse.build(
        *(
            "mart_ltv_cohorts",
            "mart_cohorts",
            "mart_segment_cohorts",
            "dim_customers",
            "fct_mrr_movements",
        )
    )
    return warehouse


def collected(company: Warehouse, name: str) -> list[float]:
    """Return the money collected of the customer, who alone has this plan, at ages 0, 1 and 2."""
    rows = company.rows(
        "select cumulative_revenue from marts.mart_segment_cohorts"
        f" where kind = 'revenue' and dimension = 'plan' and member = '{name}' order by age_months"
    )
    return [float(revenue) for (revenue,) in rows]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("whole", [100, 100, 100]),
        ("on_payment", [70, 70, 70]),
        ("by_status", [0, 0, 0]),
        ("by_row", [100, 80, 80]),
        ("by_invoice", [100, 90, 90]),
        ("by_note", [100, 60, 60]),
        ("twice", [100, 60, 60]),
        ("open", [100, 100, 100]),
        ("won", [100, 100, 100]),
        ("lost", [0, 0, 0]),
        ("part", [70, 70, 70]),
        ("held", [0, 0, 0]),
        ("unpaid", [0, 0, 0]),
        ("aliased", [100, 100, 100]),
    ],
)
def test_collected_is_what_was_paid_less_refunds_and_lost_disputes(
    company: Warehouse, name: str, expected: list[float]
) -> None:
    assert collected(company, name) == expected


def test_money_paid_back_is_in_the_observed_lifetime_value(company: Warehouse) -> None:
    assert company.rows(
        "select cumulative_revenue, revenue_per_customer from marts.mart_ltv_cohorts"
        " where kind = 'revenue' and age_months = 2"
    )[0] == (Decimal("830.00"), Decimal("59.29"))


def test_validation_finds_in_the_cohorts_what_payments_refunds_and_disputes_come_to(
    company: Warehouse,
) -> None:
    suite = yaml.safe_load(Path("expectations/marts/mart_ltv_cohorts.yml").read_text())
    query = suite["checks"]["billing_total_of_the_exports_is_here"]["sql"]

    assert company.rows(query.replace("{batch}", "marts.mart_ltv_cohorts")) == []


def sign_ups(company: Warehouse) -> Rows:
    """Return the cohorts of sign-ups and their ages."""
    return company.rows(
        "select cohort_month, max(age_months), max(cohort_customers) from marts.mart_cohorts"
        " where kind = 'usage' group by cohort_month"
    )


def test_an_impossible_sign_up_empties_no_cohort(company: Warehouse) -> None:
    assert sign_ups(company) == [(date(2025, 1, 1), 2, 13)]


def test_who_bought_without_a_subscription_is_a_buyer(company: Warehouse) -> None:
    assert company.rows(
        "select status, purchases, last_purchased_on from marts.dim_customers where customer_id = 'guest'"
    ) == [("buyer", 1, date(2025, 2, 1))]
