"""Change the input in a way whose effect is known: order, strangers, another billing system, other
prices.

One dbt run holds the company as it was, a copy with every price three times as high and a copy
whose subscriptions moved to another system half-way, all rows shuffled; another run holds the
company alone.
"""

from dataclasses import dataclass
from datetime import date
from math import isclose
from typing import Any

import pytest

from tests.integration.metrics.dbt_run import Marts, build
from tests.reference.histories import Making, random_books
from tests.reference.rows import Terms
from tests.reference.transformations import moved_to_another_system, renamed, scaled, shuffled

TERMS = Terms(
    until=date(2026, 3, 17), timezone="America/New_York", recurring_from="subscription_items"
)
FACTOR = 3
MONEY = (
    "mrr_opening",
    "mrr_new",
    "mrr_reactivation",
    "mrr_expansion",
    "mrr_contraction",
    "mrr_churn",
    "mrr_closing",
)


@dataclass(frozen=True)
class Pair:
    """The company alone, and among its changed copies."""

    alone: Marts
    among: Marts


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Build both."""
    # Whole cents everywhere: three times a rounded amount is not three times the amount rounded.
    making = Making(TERMS.timezone, TERMS.until, currencies=("USD",), uneven_prices=False)
    books = random_books(23, 80, making)
    copies = scaled(renamed(books, "x3-"), FACTOR) + moved_to_another_system(renamed(books, "mv-"))
    alone = build(tmp_path_factory.mktemp("alone"), books, TERMS)
    among = build(tmp_path_factory.mktemp("among"), shuffled(books + copies, 1), TERMS)
    return Pair(alone, among)


def _movements(marts: Marts, prefix: str) -> list[tuple[Any, ...]]:
    """Movements of the customers whose ids begin with ``prefix``, without it."""
    return marts.query(
        """
        select substr(customer_id, ?), movement_on, movement_type, amount, mrr_before, mrr_after
        from marts.fct_mrr_movements where starts_with(customer_id, ?) order by all
        """,
        [len(prefix) + 1, prefix],
    )


def _segments(marts: Marts, prefix: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Rows of the histories whose segment begins with ``prefix``."""
    return {
        (row["grain"], row["period_start"], row["member"].removeprefix(prefix)): row
        for row in marts.rows("mart_revenue_periods")
        if row["dimension"] == "segment" and row["member"].startswith(f"{prefix}h")
    }


def test_order_of_rows_and_other_customers_change_no_movement(pair: Pair) -> None:
    before = _movements(pair.alone, "h")
    assert before
    assert _movements(pair.among, "h") == before


def test_order_of_rows_and_other_customers_change_no_figure_of_a_segment(pair: Pair) -> None:
    assert _segments(pair.among, "") == _segments(pair.alone, "")


def test_a_move_to_another_billing_system_is_no_churn_and_no_new_customer(pair: Pair) -> None:
    assert _movements(pair.among, "mv-") == [
        row for row in _movements(pair.among, "") if row[0].startswith("h")
    ]
    moved = pair.among.query(
        "select * from marts.fct_mrr_movements where customer_id like '%-moved'"
    )
    assert moved == []


def test_three_times_the_prices_are_three_times_the_money(pair: Pair) -> None:
    before, after = _segments(pair.among, ""), _segments(pair.among, "x3-")
    assert before.keys() == after.keys()
    wrong = [
        (key, column, row[column], after[key][column])
        for key, row in before.items()
        for column in MONEY
        if row[column] * FACTOR != after[key][column]
    ]
    assert wrong == []


def test_three_times_the_prices_change_no_rate_and_no_count(pair: Pair) -> None:
    before, after = _segments(pair.among, ""), _segments(pair.among, "x3-")
    columns = (
        "customers_closing",
        "upgrades",
        "downgrades",
        "churn_rate",
        "ndr",
        "grr",
        "quick_ratio",
    )
    # A double may differ in its last digit: three times a sum is another pair of doubles.
    wrong = [
        (key, column, row[column], after[key][column])
        for key, row in before.items()
        for column in columns
        if (row[column] is None) != (after[key][column] is None)
        or (row[column] is not None and not isclose(row[column], after[key][column], rel_tol=1e-14))
    ]
    assert wrong == []
