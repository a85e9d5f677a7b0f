"""Money is rounded as the marts round it."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.numbers.rounding import to_the_cent


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
