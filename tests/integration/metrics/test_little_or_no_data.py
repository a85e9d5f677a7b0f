"""A shop without subscriptions, and no rows at all: every mart is there, empty where there is
nothing to say.
"""

from dataclasses import replace
from datetime import date

import pytest

from tests.integration.metrics.agreement import differences, explained
from tests.integration.metrics.dbt_run import MODELS, Marts, build
from tests.reference.company import company
from tests.reference.histories import Making, random_books
from tests.reference.rows import Books, Terms

TERMS = Terms(until=date(2026, 3, 17), recurring_from="invoice_lines")
SHOP = replace(
    random_books(25, 30, Making("UTC", TERMS.until)),
    plans=(),
    subscriptions=(),
    subscription_periods=(),
    subscription_items=(),
    invoice_lines=(),
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """Customers and orders, nothing else."""
    return build(tmp_path_factory.mktemp("shop"), SHOP, TERMS)


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """Not a single file."""
    return build(tmp_path_factory.mktemp("nothing"), Books(), TERMS)


@pytest.mark.parametrize(
    "table", ["mart_revenue_periods", "mart_churn_periods", "mart_cohorts", "mart_repeat_rate"]
)
def test_a_shop_without_subscriptions_equals_the_reference(shop: Marts, table: str) -> None:
    text = explained(differences(company(SHOP, TERMS), shop, table), SHOP)
    assert not text, text


def test_a_shop_without_subscriptions_has_no_rates_of_retention(shop: Marts) -> None:
    found = shop.query("""
        select * from marts.mart_churn_periods
        where churn_rate is not null or retention_rate is not null or ndr is not null
            or arpa is not null or mrr_closing <> 0
    """)
    assert found == []


@pytest.mark.parametrize("table", MODELS)
def test_without_any_row_every_mart_is_there_and_empty(nothing: Marts, table: str) -> None:
    assert nothing.rows(table) == []
