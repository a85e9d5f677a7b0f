"""What is done with the sums: rates, averages to the cent, lifetime value."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.explain.formulas import FORMULAS, figure_of, lifetime_value, to_the_cent
from dagster_project.explain.purchases import PURCHASE_PARTS
from dagster_project.explain.results import Figure
from dagster_project.warehouse.contributions import PARTS


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        (Fraction(1, 200), "0.01"),
        (Fraction(-1, 200), "-0.01"),
        (Fraction(1, 201), "0.00"),
        (Fraction(10, 3), "3.33"),
    ],
)
def test_money_is_rounded_half_away_from_zero(amount: Fraction, rounded: str) -> None:
    assert to_the_cent(amount) == Decimal(rounded)


# Money is decimal(18, 2): nothing larger is ever rounded.
@given(st.fractions(min_value=-(10**16), max_value=10**16))
def test_rounding_never_moves_more_than_half_a_cent(amount: Fraction) -> None:
    assert abs(Fraction(to_the_cent(amount)) - amount) <= Fraction(1, 200)


def test_fifty_of_two_hundred_lost_is_a_quarter() -> None:
    assert figure_of("churn_rate", Decimal(50), Decimal(200)).value == 0.25


def test_a_rate_over_nothing_has_no_value() -> None:
    assert figure_of("churn_rate", Decimal(0), Decimal(0)) == Figure(None, Decimal(0), Decimal(0))


def test_arpa_is_money_to_the_cent() -> None:
    assert figure_of("arpa", Decimal(100), Decimal(3)).value == 33.33


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


def test_every_metric_made_of_parts_has_its_formula_in_words() -> None:
    assert {*PARTS, *PURCHASE_PARTS, "ltv"} == FORMULAS.keys()
