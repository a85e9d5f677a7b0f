"""The parts of a difference add up to it exactly, whatever the sums are."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from dagster_project.numbers.lifetime_value import LifetimeParts, MonthChurn
from dagster_project.numbers.metric_value import NO_VALUE, MetricValue
from dagster_project.numbers.rounding import to_the_cent
from dagster_project.numbers.why.attribution import (
    FORMULA,
    ROUNDING,
    Attribution,
    Rest,
    of_amount,
    of_lifetime,
    of_rate,
)

MONTHS = ("2026-03", "2026-02", "2026-01")
MONEY = st.integers(1, 10_000_000).map(lambda cents: Decimal(cents) / 100)
CUSTOMERS = st.integers(1, 500).map(Decimal)
CHURN = st.integers(0, 40).flatmap(
    lambda opening: st.integers(0, opening).map(
        lambda lost: MonthChurn(Decimal(lost), Decimal(opening))
    )
)
MARGINS = st.integers(1, 1000).map(lambda mills: Decimal(mills) / 1000)
NOBODY_LOST = st.integers(0, 40).map(lambda opening: MonthChurn(Decimal(0), Decimal(opening)))
WITHOUT_VALUE = st.builds(
    LifetimeParts, MONEY, CUSTOMERS, MARGINS, st.tuples(NOBODY_LOST, NOBODY_LOST, NOBODY_LOST)
)
LIFETIMES = st.builds(LifetimeParts, MONEY, CUSTOMERS, MARGINS, st.tuples(CHURN, CHURN, CHURN))


def _shared_out(attribution: Attribution) -> Fraction:
    """Return what the parts add up to."""
    changes = {component.name: component.change for component in attribution.components}
    effect = attribution.effect(changes)
    assert effect is not None
    return effect + sum((rest.effect for rest in attribution.rests), Fraction(0))


def _lifetime(before: LifetimeParts, after: LifetimeParts) -> Attribution:
    values = [
        None if parts.value is None else to_the_cent(parts.value) for parts in (before, after)
    ]
    return of_lifetime(before, after, published=(values[0], values[1]), months=MONTHS)


def _parts(mrr: int, customers: int, *churn: tuple[int, int], margin: str = "1.0") -> LifetimeParts:
    months = tuple(MonthChurn(Decimal(lost), Decimal(opening)) for lost, opening in churn)
    return LifetimeParts(Decimal(mrr), Decimal(customers), Decimal(margin), months)


@given(LIFETIMES, LIFETIMES)
def test_the_parts_of_a_lifetime_value_add_up_to_its_difference(
    before: LifetimeParts, after: LifetimeParts
) -> None:
    assume(before.value is not None and after.value is not None)
    assert before.value is not None and after.value is not None
    difference = Fraction(to_the_cent(after.value)) - Fraction(to_the_cent(before.value))
    assert _shared_out(_lifetime(before, after)) == difference


@given(LIFETIMES, WITHOUT_VALUE)
def test_without_a_value_on_one_side_no_part_has_an_effect(
    one: LifetimeParts, without: LifetimeParts
) -> None:
    assert without.value is None
    for attribution in (_lifetime(one, without), _lifetime(without, one)):
        assert attribution.effect({}) is None
        assert attribution.rests == ()
        assert len(attribution.components) == 8


@given(st.integers(0, 10**6), MONEY, st.integers(0, 10**6), MONEY)
def test_the_parts_of_an_average_add_up_to_the_difference_of_its_cents(
    top_before: int, below_before: Decimal, top_after: int, below_after: Decimal
) -> None:
    figures, cents = [], []
    for top, below in ((top_before, below_before), (top_after, below_after)):
        cents.append(to_the_cent(Fraction(top) / Fraction(below)))
        figures.append(MetricValue(float(cents[-1]), Decimal(top), below))
    attribution = of_rate(*figures, in_cents=True)
    assert _shared_out(attribution) == Fraction(cents[1]) - Fraction(cents[0])
    assert {rest.name for rest in attribution.rests} <= {ROUNDING}


def test_an_amount_that_was_not_stated_counts_as_nothing() -> None:
    attribution = of_amount(NO_VALUE, MetricValue(5.5, Decimal("5.50"), None))
    assert (_shared_out(attribution), attribution.rests) == (Fraction(11, 2), ())


def test_only_the_margin_changed_and_it_made_the_whole_difference() -> None:
    months = (1, 10), (0, 10), (2, 10)
    attribution = _lifetime(_parts(1000, 10, *months), _parts(1000, 10, *months, margin="0.8"))
    # 1000 falls to 800
    assert attribution.rests == (Rest("setting billing.gross_margin 1.0 -> 0.8", Fraction(-200)),)


def test_churn_that_went_from_one_month_to_another_has_weights_all_the_same() -> None:
    """Replacing one month after the other would have nobody lost in between."""
    attribution = _lifetime(
        _parts(1000, 10, (1, 10), (0, 10), (0, 10)), _parts(1000, 10, (0, 10), (1, 10), (0, 10))
    )
    lost = {"customers_lost 2026-03": Decimal(-1), "customers_lost 2026-02": Decimal(1)}
    one, other = (attribution.effect({name: change}) for name, change in lost.items())
    assert (one, other) == (Fraction(3000), Fraction(-3000))
    assert attribution.effect(lost) == 0


def test_a_month_that_enters_with_the_mean_churn_makes_no_difference() -> None:
    attribution = _lifetime(
        _parts(1000, 10, (1, 10), (0, 0), (0, 0)), _parts(1000, 10, (1, 10), (2, 20), (0, 0))
    )
    entered = {
        "customers_lost 2026-02": Decimal(2),
        "customers_opening 2026-02": Decimal(20),
    }
    assert attribution.effect(entered) == 0


def test_a_value_made_by_another_formula_is_a_rest_of_its_own() -> None:
    before = MetricValue(0.5, Decimal(1), Decimal(4))
    after = MetricValue(0.25, Decimal(1), Decimal(4))
    assert of_rate(before, after).rests == (Rest(FORMULA, Fraction(-1, 4)),)


def test_a_rate_without_a_denominator_has_no_effect_to_share_out() -> None:
    attribution = of_rate(
        MetricValue(None, Decimal(0), Decimal(0)), MetricValue(0.5, Decimal(1), Decimal(2))
    )
    assert attribution.effect({"numerator": Decimal(1)}) is None
    assert [component.change for component in attribution.components] == [1, 2]
