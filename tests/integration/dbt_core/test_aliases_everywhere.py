"""A customer under two ids is one customer in every table that names customers, from the beginning of both."""

from datetime import UTC, date, datetime

import pytest

from tests.integration.dbt_purchases.conftest import MakeWarehouse
from tests.integration.dbt_purchases.hand_loaded import Cell, Warehouse

AT, ON = datetime(2026, 1, 5, 12, tzinfo=UTC), date(2026, 1, 5)
MONEY: dict[str, Cell] = {"amount": 10, "currency": "USD"}
PIECE: dict[str, Cell] = {"subscription_id": "s", "plan_id": "p", "quantity": 1, "currency": "USD"}
# One row of each table, without the id of its customer.
ROWS: dict[str, dict[str, Cell]] = {
    "billing__subscriptions": {"subscription_id": "s", "started_at": AT},
    "billing__subscription_items": {
        **PIECE,
        "item_id": "i",
        "unit_amount": 10,
        "interval": "month",
        "interval_count": 1,
        "valid_from_at": AT,
    },
    "billing__subscription_periods": {**PIECE, "mrr": 10, "valid_from_on": ON},
    "billing__invoice_lines": {
        **MONEY,
        "invoice_id": "n",
        "line_id": "l",
        "invoice_status": "paid",
        "kind": "recurring",
        "issued_at": AT,
    },
    "billing__payments": {**MONEY, "payment_id": "y", "status": "succeeded", "attempted_at": AT},
    "billing__offers": {"offer_id": "f", "kind": "gift", "made_at": AT},
    "billing__orders": {**MONEY, "order_id": "o", "ordered_at": AT},
    "support__tickets": {"ticket_id": "t", "created_at": AT},
    "support__ratings": {"rating_id": "r", "kind": "csat", "score": 5, "rated_at": AT},
    "support__contacts": {"contact_id": "c", "contacted_at": AT, "direction": "outbound"},
}


@pytest.fixture(scope="module")
def warehouse(make_warehouse: MakeWarehouse) -> Warehouse:
    """Return the staging of one row of each table, all under the id of before the move."""
    made = make_warehouse()
    made.load("customers", [{"customer_id": "now", "created_at": AT}])
    made.load("customer_aliases", [{"customer_id": "before", "same_as_customer_id": "now"}])
    for table, row in ROWS.items():
        made.load(table.partition("__")[2], [{"customer_id": "before", **row}])
    made.build(*(f"stg_{table}" for table in ROWS))
    return made


@pytest.mark.parametrize("table", ROWS)
def test_a_row_under_the_earlier_id_is_the_customer_s(warehouse: Warehouse, table: str) -> None:
    assert warehouse.rows(f"select customer_id from staging.stg_{table}") == [("now",)]
