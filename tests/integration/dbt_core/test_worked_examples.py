"""The worked examples of ``cases/README.md``, from raw rows to published columns."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.integration.dbt_purchases.hand_loaded import Rows, Warehouse


def movements(warehouse: Warehouse, segment: str) -> Rows:
    """Return (day, type, amount) of every movement of the example."""
    return warehouse.rows(
        "select movement_on, movement_type, amount from marts.fct_mrr_movements"
        f" where starts_with(customer_id, '{segment}-') order by movement_on, movement_type"
    )


def period(
    warehouse: Warehouse, segment: str, grain: str, start: str, columns: str
) -> tuple[Any, ...]:
    """Return ``columns`` of one period of the example."""
    (row,) = warehouse.rows(
        f"select {columns} from marts.mart_churn_periods where dimension = 'segment'"
        f" and member = '{segment}' and grain = '{grain}' and period_start = date '{start}'"
    )
    return row


def test_case_1_of_100_customers_75_are_retained(examples: Warehouse) -> None:
    columns = "customers_opening, customers_new, customers_closing, retention_rate, churn_rate"
    assert period(examples, "case-1", "month", "2026-02-01", columns) == (100, 50, 125, 0.75, 0.25)


def test_case_2_of_200_customers_50_do_not_renew(examples: Warehouse) -> None:
    columns = "customers_opening, customers_lost, churn_rate"
    assert period(examples, "case-2", "month", "2026-02-01", columns) == (200, 50, 0.25)


def test_case_3_one_customers_life(examples: Warehouse) -> None:
    assert movements(examples, "case-3") == [
        (date(2025, 1, 10), "new", Decimal("166.67")),
        (date(2025, 1, 20), "expansion", Decimal("60.00")),
        (date(2025, 2, 3), "contraction", Decimal("-60.00")),
        (date(2026, 1, 10), "churn", Decimal("-166.67")),
        (date(2026, 3, 1), "reactivation", Decimal("150.00")),
    ]


def test_case_3_the_reason_given_months_before_is_the_reason_of_the_churn(
    examples: Warehouse,
) -> None:
    assert examples.rows(
        "select reason, customers_lost, mrr_lost, place from marts.mart_cancellation_reasons"
        " where grain = 'month' and period_start = date '2026-01-01' and dimension = 'segment'"
        " and member = 'case-3'"
    ) == [("too expensive", 1, Decimal("166.67"), 1)]


def test_case_4_an_upgrade_by_proration_lines_makes_no_cents(examples: Warehouse) -> None:
    assert movements(examples, "case-4") == [
        (date(2026, 1, 1), "new", Decimal("100.00")),
        (date(2026, 1, 16), "expansion", Decimal("100.00")),
        (date(2026, 4, 1), "churn", Decimal("-200.00")),
    ]


def test_case_5_a_quarter_counts_its_customers(examples: Warehouse) -> None:
    columns = (
        "customers_opening, customers_lost, customers_new, customers_reactivated,"
        " customers_closing, churn_rate, retention_rate, upgrades, downgrades"
    )
    found = period(examples, "case-5", "quarter", "2026-01-01", columns)
    assert found == (10, 1, 3, 1, 13, 0.1, 0.9, 2, 1)


def test_case_5_a_quarter_adds_up_its_money(examples: Warehouse) -> None:
    columns = (
        "mrr_opening, mrr_new, mrr_reactivation, mrr_expansion,"
        " mrr_contraction, mrr_churn, mrr_closing"
    )
    found = period(examples, "case-5", "quarter", "2026-01-01", columns)
    assert found == tuple(map(Decimal, ("1000", "300", "40", "200", "50", "100", "1390")))


def test_case_5_a_quarters_rates(examples: Warehouse) -> None:
    found = period(examples, "case-5", "quarter", "2026-01-01", "ndr, grr, quick_ratio")
    assert found == (1.05, 0.85, 3.6)


def test_an_unpaid_renewal_is_churn_after_thirty_days(examples: Warehouse) -> None:
    assert movements(examples, "unpaid") == [
        (date(2025, 1, 31), "new", Decimal("41.67")),
        (date(2026, 3, 2), "churn", Decimal("-41.67")),
    ]


def test_an_unpaid_renewal_is_involuntary_churn(examples: Warehouse) -> None:
    columns = "customers_lost_involuntary, mrr_churn_involuntary, customers_lost_voluntary"
    assert period(examples, "unpaid", "month", "2026-03-01", columns) == (1, Decimal("41.67"), 0)


def test_a_discount_is_known_across_an_upgrade(examples: Warehouse) -> None:
    assert movements(examples, "discounted") == [
        (date(2026, 1, 1), "new", Decimal("90.00")),
        (date(2026, 1, 16), "expansion", Decimal("90.00")),
        (date(2026, 3, 1), "churn", Decimal("-180.00")),
    ]


def test_moving_to_another_billing_system_is_no_movement(examples: Warehouse) -> None:
    assert movements(examples, "moved") == [
        (date(2026, 1, 1), "new", Decimal("100.00")),
        (date(2026, 3, 1), "churn", Decimal("-100.00")),
    ]


def test_the_plan_matrix_shows_who_went_where(examples: Warehouse) -> None:
    assert examples.rows(
        "select movement, customers, mrr_from, mrr_to from marts.mart_plan_changes"
        " where grain = 'quarter' and period_start = date '2026-01-01'"
        " and plan_from = 'plan-100' and plan_to = 'plan-200'"
    ) == [("upgrade", 2, Decimal("200.00"), Decimal("400.00"))]
