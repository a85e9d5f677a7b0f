"""The worked repeat-rate case (6), from raw order lines to the published marts."""

from datetime import date
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import MakeWarehouse, Warehouse

MODELS = ("mart_repeat_rate", "mart_repeat_cohorts", "mart_cohorts", "mart_seasonal_buyers", "mart_repeat_products")

# buyer, order, day, product, amount, status
ORDERS = [
    ("b1", "o1", "2025-01-05", "kettle", "10.00", "paid"),
    ("b2", "o2", "2025-01-06", "kettle", "20.00", "paid"),
    ("b3", "o3", "2025-01-07", "kettle", "30.00", "paid"),
    ("b3", "o4", "2025-01-07", "teapot", "30.00", "paid"),
    ("b4", "o5", "2025-01-08", "teapot", "40.00", "paid"),
    ("b4", "o6", "2025-02-08", "teapot", "40.00", "paid"),
    ("b4", "o7", "2025-03-30", "teapot", "40.00", "paid"),
    ("b5", "o8", "2025-02-01", "kettle", "50.00", "paid"),
    ("b1", "o9", "2025-02-09", "kettle", "10.00", "Cancelled"),
    ("b2", "o10", "2025-02-09", "kettle", "20.00", "refunded"),
]


def load_orders(warehouse: "Warehouse") -> None:
    """Load the five buyers of the case and their orders, two of which do not count."""
    warehouse.load(
        "customers",
        [
            {"customer_id": f"b{number}", "created_at": "2025-01-01 00:00:00+00", "country": country}
            for number, country in enumerate(("DE", "DE", "FR", "FR", None), start=1)
        ],
    )
    warehouse.load(
        "orders",
        [
            {
                "order_id": order,
                "line_id": f"{order}-1",
                "customer_id": buyer,
                "ordered_at": f"{day} 10:00:00+00",
                "product_id": product,
                "amount": amount,
                "currency": "USD",
                "status": status,
            }
            for buyer, order, day, product, amount, status in ORDERS
        ],
    )


@pytest.fixture
def five_buyers(make_warehouse: "MakeWarehouse") -> "Warehouse":
    """Return the case with purchases 1, 1, 1 (two orders on one day), 3, 1."""
    warehouse = make_warehouse(until="2025-04-30")
    load_orders(warehouse)
    warehouse.build(*MODELS)
    return warehouse


def test_one_of_five_buyers_came_back_so_the_repeat_rate_is_a_fifth(five_buyers: "Warehouse") -> None:
    assert five_buyers.rows(
        "select buyers_to_date, repeat_buyers_to_date, repeat_customer_rate from marts.mart_repeat_rate"
        " where grain = 'month' and dimension = 'all' and period_start = date '2025-04-01'"
    ) == [(5, 1, 0.2)]
