"""What must never be published: dbt stops before the marts."""

from pathlib import Path

import pytest

from tests.integration.dbt_core.examples import Example, plan
from tests.integration.dbt_purchases.hand_loaded import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """Return a warehouse with one line in a currency that has no rate."""
    made = Warehouse(
        tmp_path / "warehouse.duckdb",
        tmp_path / "target",
        {"recurring_from": "invoice_lines", "until": "2026-06-30"},
    )
    example = Example("strange").line(
        "one", "month", "100", "2026-01-01", "2026-02-01", currency="xau"
    )
    made.load("plans", [plan("month", "100", "month")])
    made.load("customers", example.customers.values())
    made.load("invoice_lines", example.lines)
    return made


def test_a_currency_without_a_rate_stops_the_build_and_is_kept_by_name(
    warehouse: Warehouse,
) -> None:
    with pytest.raises(AssertionError, match="assert_every_currency_has_a_rate"):
        warehouse.build("mart_revenue_periods")
    assert warehouse.rows("select currency, mrr from intermediate.int_recurring_periods") == [
        ("XAU", None)
    ]
    assert warehouse.rows("from duckdb_tables() where table_name = 'mart_revenue_periods'") == []


def test_a_product_of_too_many_digits_stops_the_build_and_is_kept_by_name(tmp_path: Path) -> None:
    made = Warehouse(
        tmp_path / "warehouse.duckdb",
        tmp_path / "target",
        {"recurring_from": "subscription_items", "until": "2026-06-30"},
    )
    made.load("customers", [{"customer_id": "c1", "created_at": "2026-01-01 00:00:00+00"}])
    made.load(
        "subscription_items",
        [
            {
                "item_id": f"i{number}",
                "subscription_id": "s1",
                "customer_id": "c1",
                "plan_id": "p1",
                "quantity": quantity,
                "unit_amount": "99999999999.999999",
                "currency": "USD",
                "interval": "month",
                "discount": "0.33333333",
                "valid_from_at": "2026-01-01 00:00:00+00",
            }
            for number, quantity in enumerate(["1", "999999999999.999999"])
        ],
    )
    with pytest.raises(AssertionError, match="assert_every_amount_fits"):
        made.build("mart_revenue_periods")
    assert made.rows(
        "select source_key like 'i0%', mrr is null from intermediate.int_recurring_periods order by 1"
    ) == [(False, True), (True, False)]
    assert made.rows("from duckdb_tables() where table_name = 'mart_revenue_periods'") == []
