"""What a purchase is, and the worked repeat-rate case (6), from raw rows to the published marts."""

from pathlib import Path

import pytest

from tests.integration.dbt_purchases.conftest import MakeWarehouse
from tests.integration.dbt_purchases.hand_loaded import Warehouse

MODELS = (
    "mart_repeat_rate",
    "mart_purchase_periods",
    "mart_repeat_cohorts",
    "mart_repeat_products",
    "mart_cohorts",
    "mart_ltv_cohorts",
    "mart_seasonal_buyers",
)
APRIL = "grain = 'month' and period_start = date '2025-04-01'"

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
    ("b5", "o11", "2025-02-19", "kettle", "20.00", "paid"),
    ("b5", "o11", "2025-02-19", "kettle", "-20.00", "paid"),
]


def load_customers(warehouse: Warehouse) -> None:
    """Load the five buyers."""
    warehouse.load(
        "customers",
        [
            {
                "customer_id": f"b{number}",
                "created_at": "2025-01-01 00:00:00+00",
                "country": country,
            }
            for number, country in enumerate(("DE", "DE", "FR", "FR", None), start=1)
        ],
    )


def load_orders(warehouse: Warehouse) -> None:
    """Load the orders of the five buyers, three of which do not count."""
    warehouse.load(
        "orders",
        [
            {
                "order_id": order,
                "line_id": f"{order}-{number}",
                "customer_id": buyer,
                "ordered_at": f"{day} 10:00:00+00",
                "product_id": product,
                "amount": amount,
                "currency": "USD",
                "status": status,
            }
            for number, (buyer, order, day, product, amount, status) in enumerate(ORDERS)
        ],
    )


@pytest.fixture(scope="module")
def loaded(make_warehouse: MakeWarehouse) -> Warehouse:
    """Return five buyers with purchases 1, 1, 1 (two orders on one day), 3 and 1, built."""
    warehouse = make_warehouse(until="2025-04-30")
    load_customers(warehouse)
    load_orders(warehouse)
    warehouse.build(*MODELS)
    return warehouse


def test_one_of_five_buyers_came_back_so_the_repeat_rate_is_a_fifth(loaded: Warehouse) -> None:
    assert loaded.rows(
        "select buyers_to_date, repeat_buyers_to_date, repeat_customer_rate"
        f" from marts.mart_repeat_rate where dimension = 'all' and {APRIL}"
    ) == [(5, 1, 0.2)]


def test_every_country_and_the_unknown_one_has_its_own_rate(loaded: Warehouse) -> None:
    assert loaded.rows(
        "select member, buyers_to_date, repeat_buyers_to_date, repeat_customer_rate"
        f" from marts.mart_repeat_rate where dimension = 'country' and {APRIL} order by member"
    ) == [("(none)", 1, 0, 0.0), ("DE", 2, 0, 0.0), ("FR", 2, 1, 0.5)]


def test_buyers_without_a_subscription_hold_no_plan(loaded: Warehouse) -> None:
    assert loaded.rows(
        "select member, buyers_to_date from marts.mart_repeat_rate"
        f" where dimension = 'plan' and {APRIL}"
    ) == [("(none)", 5)]


def test_a_returning_buyer_bought_before_the_period_began(loaded: Warehouse) -> None:
    assert loaded.rows(
        "select grain, cast(period_start as varchar), buyers, returning_buyers"
        " from marts.mart_repeat_rate where dimension = 'all' order by 1, 2"
    ) == [
        ("month", "2025-01-01", 4, 0),
        ("month", "2025-02-01", 2, 1),
        ("month", "2025-03-01", 1, 1),
        ("month", "2025-04-01", 0, 0),
        ("quarter", "2025-01-01", 5, 0),
        ("quarter", "2025-04-01", 0, 0),
        ("year", "2025-01-01", 5, 0),
    ]


def test_the_segments_of_every_dimension_sum_to_the_whole(loaded: Warehouse) -> None:
    sums = loaded.rows(
        "select grain, period_start, sum(buyers_to_date), sum(repeat_buyers_to_date), sum(buyers),"
        " sum(returning_buyers) from marts.mart_repeat_rate group by dimension, grain, period_start"
    )
    assert len(set(sums)) == 7


def test_cohorts_have_a_row_for_every_complete_month_also_without_buyers(loaded: Warehouse) -> None:
    assert loaded.rows(
        "select cast(cohort_month as varchar), age_months, cohort_customers, active_customers,"
        " cast(cumulative_revenue as varchar) from marts.mart_cohorts where kind = 'orders'"
        " order by 1, 2"
    ) == [
        ("2025-01-01", 0, 4, 4, "130.00"),
        ("2025-01-01", 1, 4, 1, "170.00"),
        ("2025-01-01", 2, 4, 1, "210.00"),
        ("2025-01-01", 3, 4, 0, "210.00"),
        ("2025-02-01", 0, 1, 1, "50.00"),
        ("2025-02-01", 1, 1, 0, "50.00"),
        ("2025-02-01", 2, 1, 0, "50.00"),
    ]


def test_without_usage_there_is_no_usage_cohort(loaded: Warehouse) -> None:
    assert not loaded.rows("select * from marts.mart_cohorts where kind = 'usage'")


def test_a_first_purchase_of_two_products_counts_under_both(loaded: Warehouse) -> None:
    assert loaded.rows(
        "select member, first_buyers, repeat_buyers from marts.mart_repeat_products"
        " where level = 'product' order by member"
    ) == [("kettle", 4, 0), ("teapot", 2, 1)]


def test_two_orders_of_one_day_are_two_purchases_where_the_setting_says_so(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = make_warehouse(until="2025-04-30", same_day_orders_are_one=False)
    load_customers(warehouse)
    load_orders(warehouse)
    warehouse.build("mart_repeat_rate")
    assert warehouse.rows(
        "select buyers_to_date, repeat_buyers_to_date from marts.mart_repeat_rate"
        f" where dimension = 'all' and {APRIL}"
    ) == [(5, 2)]


def invoice_line(line: str, invoice: str, buyer: str, paid_on: str, **more: str) -> dict[str, str]:
    """Return one raw line of a paid invoice over 50.00."""
    return {
        "line_id": line,
        "invoice_id": invoice,
        "invoice_status": "paid",
        "customer_id": buyer,
        "kind": "one_off",
        "amount": "50.00",
        "currency": "EUR",
        "issued_at": "2025-01-01 00:00:00+00",
        "paid_at": f"{paid_on} 00:00:00+00",
        **more,
    }


@pytest.fixture(scope="module")
def invoiced(make_warehouse: MakeWarehouse) -> Warehouse:
    """Return a company without orders, of whose invoices three were paid and kept."""
    warehouse = make_warehouse(
        until="2025-04-30",
        currency_rates=[  # type: ignore[arg-type]
            {"currency": "USD", "valid_from": None, "rate": "1"},
            {"currency": "EUR", "valid_from": None, "rate": "1.5"},
        ],
    )
    load_customers(warehouse)
    warehouse.load(
        "invoice_lines",
        [
            invoice_line("l1", "i1", "b1", "2025-01-02"),
            invoice_line("l2", "i1", "b1", "2025-01-02", kind="tax", amount="9.50"),
            invoice_line("l3", "i2", "b1", "2025-02-02"),
            invoice_line("l4", "i3", "b2", "2025-01-02"),
            invoice_line("l5", "i4", "b2", "2025-02-02", invoice_status="open"),
            invoice_line("l6", "i5", "b2", "2025-02-03", amount="0.00"),
            invoice_line("l7", "i6", "b2", "2025-02-04"),
        ],
    )
    warehouse.load(
        "payments",
        [
            {
                "payment_id": "p6",
                "customer_id": "b2",
                "invoice_id": "i6",
                "status": "refunded",
                "amount": "50.00",
                "refunded_amount": "50.00",
                "currency": "EUR",
                "attempted_at": "2025-02-04 00:00:00+00",
            }
        ],
    )
    warehouse.build("mart_repeat_rate", "mart_purchase_periods")
    return warehouse


def test_without_orders_a_paid_invoice_is_a_purchase_unless_given_back(invoiced: Warehouse) -> None:
    assert invoiced.rows(
        "select buyers_to_date, repeat_buyers_to_date from marts.mart_repeat_rate"
        f" where dimension = 'all' and {APRIL}"
    ) == [(2, 1)]


def test_purchases_are_in_the_reporting_currency_and_without_tax(invoiced: Warehouse) -> None:
    assert invoiced.rows(
        "select purchases, cast(purchase_amount as varchar),"
        " cast(repeat_purchase_amount as varchar) from marts.mart_purchase_periods"
        " where grain = 'year' and dimension = 'all'"
    ) == [(3, "225.00", "75.00")]


def test_a_correction_replaces_an_order_and_an_alias_joins_its_buyers(
    loaded: Warehouse, tmp_path: Path
) -> None:
    warehouse = loaded.copied_to(tmp_path / "warehouse.duckdb")
    warehouse.load(
        "orders",
        [
            {
                "order_id": "o2",
                "line_id": "o2-1",
                "customer_id": "b2",
                "ordered_at": "2025-01-06 10:00:00+00",
                "amount": "25.00",
                "currency": "USD",
                "status": "cancelled",
            }
        ],
    )
    warehouse.load("customer_aliases", [{"customer_id": "b5", "same_as_customer_id": "b1"}])
    warehouse.build("mart_repeat_rate")
    assert warehouse.rows(
        "select buyers_to_date, repeat_buyers_to_date from marts.mart_repeat_rate"
        f" where dimension = 'all' and {APRIL}"
    ) == [(3, 2)]
