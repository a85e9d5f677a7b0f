"""What one customer adds to the figures of one segment."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dagster_project.numbers.recurring import CustomerState, measures_of

MONEY = st.integers(0, 10_000_00).map(lambda cents: Decimal(cents) / 100)


def _state(
    opening: Decimal,
    closing: Decimal,
    *,
    before: bool = False,
    here: tuple[bool, bool] = (True, True),
) -> CustomerState:
    status = (
        ("retained" if closing > 0 else "lost")
        if opening > 0
        else "reactivated"
        if before
        else "new"
    )
    return CustomerState(opening, closing, Decimal(0), status, *here)


def test_a_lost_customer_counts_at_opening_and_as_churn() -> None:
    figures = measures_of(_state(Decimal(100), Decimal(0)))
    assert {name: value for name, value in figures.items() if value} == {
        "customers_opening": 1,
        "customers_lost": 1,
        "mrr_opening": 100,
        "mrr_churn": 100,
    }


def test_a_customer_who_moves_from_plan_to_plan_leaves_one_with_what_they_bring_to_the_other() -> (
    None
):
    left = measures_of(_state(Decimal(100), Decimal(200), here=(True, False)))
    entered = measures_of(_state(Decimal(100), Decimal(200), here=(False, True)))
    assert {name: value for name, value in left.items() if value} == {
        "customers_opening": 1,
        "customers_retained": 1,
        "upgrades": 1,
        "mrr_opening": 100,
        "mrr_expansion": 100,
        "mrr_kept": 200,
        "mrr_kept_at_most": 100,
        "transfer_out": 200,
    }
    assert {name: value for name, value in entered.items() if value} == {
        "customers_closing": 1,
        "mrr_closing": 200,
        "transfer_in": 200,
    }


@given(MONEY, MONEY, st.booleans(), st.sampled_from([(True, True), (True, False), (False, True)]))
def test_the_figures_of_a_customer_always_reconcile(
    opening: Decimal, closing: Decimal, before: bool, here: tuple[bool, bool]
) -> None:
    if not opening and not closing:
        return
    if not (opening and closing):
        here = (True, True)
    f = measures_of(_state(opening, closing, before=before, here=here))
    moved = f["mrr_opening"] + f["mrr_new"] + f["mrr_reactivation"] + f["mrr_expansion"]
    moved += f["transfer_in"] - f["mrr_contraction"] - f["mrr_churn"] - f["transfer_out"]
    assert moved == f["mrr_closing"]
