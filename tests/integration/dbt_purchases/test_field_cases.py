"""Shops and support systems as they really write: what was paid for an order, and whose ticket it is."""

from decimal import Decimal

import pytest

from tests.integration.dbt_purchases.cases import built_case
from tests.integration.dbt_purchases.hand_loaded import Warehouse


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Return a shop with discounts of whole orders, a gift code, a refund, twin lines and an unpaid order."""
    return built_case(
        "field/07-shopify-order-discounts",
        tmp_path_factory.mktemp("shop"),
        "fct_purchase_lines",
        "mart_repeat_rate",
        "dim_customers",
    )


def test_an_order_is_worth_what_was_paid_for_it(shop: Warehouse) -> None:
    assert shop.rows(
        "select document_id, count(*), sum(amount) from marts.fct_purchase_lines group by 1 order by 1"
    ) == [
        ("#1001", 1, Decimal("179.10")),
        ("#1002", 1, Decimal("0.00")),
        ("#1003", 2, Decimal("100.00")),
        ("#1004", 2, Decimal("40.00")),
        ("#1005", 1, Decimal("10.00")),
        ("#1006", 1, Decimal("10.00")),
    ]


def test_buyers_come_back_under_one_address_and_who_never_paid_is_none(shop: Warehouse) -> None:
    assert shop.rows(
        "select buyers_to_date, repeat_buyers_to_date from marts.mart_repeat_rate"
        " where grain = 'month' and period_start = date '2026-03-01' and dimension = 'all'"
    ) == [(4, 2)]


def test_who_has_orders_is_a_buyer(shop: Warehouse) -> None:
    assert shop.rows(
        "select status, count(*) from marts.dim_customers where purchases > 0 group by status"
    ) == [("buyer", 4)]


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Return a company whose tickets name organisations and users, and once another system's key."""
    return built_case(
        "field/16-zendesk-organisation-ids",
        tmp_path_factory.mktemp("helpdesk"),
        "mart_support_experience",
        "dim_customers",
    )


def test_a_ticket_is_of_the_customer_that_its_organisation_is(helpdesk: Warehouse) -> None:
    assert helpdesk.rows(
        "select customer_id, sum(tickets), sum(complaints), sum(csat_ratings), avg(csat)"
        " from marts.mart_support_experience group by 1 order by 1"
    ) == [("acme", 4, 0, 4, 1.0), ("beta", 4, 4, 4, 0.0)]


def test_another_systems_key_is_no_customer(helpdesk: Warehouse) -> None:
    assert helpdesk.rows("select customer_id from marts.dim_customers order by 1") == [
        ("acme",),
        ("beta",),
    ]
