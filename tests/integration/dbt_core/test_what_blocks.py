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
