"""Lifetime value: what is done with the sums it is made of."""

from decimal import Decimal

from dagster_project.numbers.lifetime_value import lifetime_value


def test_a_lifetime_value_is_arpa_times_margin_over_the_mean_churn() -> None:
    months = [(Decimal(2), Decimal(100)), (Decimal(4), Decimal(100)), (Decimal(0), Decimal(100))]
    value = lifetime_value(Decimal(1000), Decimal(10), Decimal("0.8"), months)
    assert value == Decimal("4000.00")


def test_a_month_with_nobody_at_opening_does_not_count() -> None:
    months = [(Decimal(5), Decimal(100)), (Decimal(0), Decimal(0))]
    assert lifetime_value(Decimal(1000), Decimal(10), Decimal(1), months) == Decimal("2000.00")


def test_where_nobody_was_lost_there_is_no_lifetime_value() -> None:
    months = [(Decimal(0), Decimal(100))]
    assert lifetime_value(Decimal(1000), Decimal(10), Decimal(1), months) is None
