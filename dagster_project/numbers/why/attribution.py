"""How the difference of a value is shared out over the sums it is made of. Arithmetic only, in fractions.

Every such sum is a component with a weight, the same for all customers, so that exactly

    value after - value before = sum of weight * (after - before) over the components + the rests

and a customer's effect is the same sum over what it changed itself. The rests are what no customer
has a part in: a setting that is a factor, the rounding to the cent. Which sums make a metric is in
``recurring``, ``purchases`` and ``lifetime_value``.

An amount has one component of weight 1. For a rate n/d the weights are 1/d2 and -(n1/d1)/d2, because
n2/d2 - n1/d1 = (dn - n1/d1 * dd) / d2. A lifetime value N/D is shared out by the same rule, its
numerator N = MRR * margin and denominator D = customers * mean churn each by d(x*y) = dx * mean(y) +
dy * mean(x), the churn rate of each month by the rule for rates again. A month that counts in one
publication alone is measured against the mean churn of the earlier: entering at the mean changes
nothing. No step divides by anything but what the two published values divide by, so there is a
weight wherever both are stated; replacing one component after the other has no such guarantee (the
churn between can be 0).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from dagster_project.numbers.lifetime_value import LifetimeParts, MonthChurn
from dagster_project.numbers.metric_value import ZERO, MetricValue
from dagster_project.numbers.rounding import to_the_cent

NUMERATOR, DENOMINATOR = "numerator", "denominator"
MRR_CLOSING, CUSTOMERS_CLOSING = "mrr_closing", "customers_closing"
ROUNDING = "rounding to the cent"
FORMULA = "another formula than today's"
# Doubles differ from the fractions they stand for.
_NOISE = Fraction(1, 10**12)


@dataclass(frozen=True)
class Component:
    """One of the sums a value is made of, as published earlier and later.

    :ivar weight: what a change of 1 does to the value; None where the value is missing in one of the
        two, so that nothing can be said to have made a difference of it.
    """

    name: str
    before: Decimal
    after: Decimal
    weight: Fraction | None

    @property
    def change(self) -> Decimal:
        """Return later - earlier."""
        return self.after - self.before


@dataclass(frozen=True)
class Rest:
    """What no customer has a part in, and what it did to the value."""

    name: str
    effect: Fraction


@dataclass(frozen=True)
class Attribution:
    """How a difference is shared out."""

    components: tuple[Component, ...]
    rests: tuple[Rest, ...] = ()

    def effect(self, changes: Mapping[str, Decimal]) -> Fraction | None:
        """Return what these changes, by component, did to the value; None where it cannot be said."""
        found = Fraction(0)
        for component in self.components:
            if component.weight is None:
                return None
            found += component.weight * Fraction(changes.get(component.name, ZERO))
        return found


def of_amount(before: MetricValue, after: MetricValue) -> Attribution:
    """Share out an amount: every part is its own effect. A number not stated counts as 0."""
    numerator = _component(NUMERATOR, before.numerator, after.numerator, Fraction(1))
    made = Fraction(numerator.before), Fraction(numerator.after)
    return Attribution((numerator,), _rests(made, (before.value or 0.0, after.value or 0.0)))


def of_rate(before: MetricValue, after: MetricValue, *, in_cents: bool = False) -> Attribution:
    """Share out a rate, or an average that is rounded to the cent."""
    rate_before, rate_after = _quotient(before), _quotient(after)
    weights: tuple[Fraction | None, Fraction | None] = (None, None)
    rests: tuple[Rest, ...] = ()
    if rate_before is not None and rate_after is not None:
        whole = Fraction(after.denominator or ZERO)
        weights = 1 / whole, -rate_before / whole
        if before.value is not None and after.value is not None:
            made, stated = (rate_before, rate_after), (before.value, after.value)
            rests = _rests(made, stated, in_cents=in_cents)
    return Attribution(
        (
            _component(NUMERATOR, before.numerator, after.numerator, weights[0]),
            _component(DENOMINATOR, before.denominator, after.denominator, weights[1]),
        ),
        rests,
    )


def of_lifetime(
    before: LifetimeParts,
    after: LifetimeParts,
    *,
    published: tuple[Decimal | None, Decimal | None],
    months: Sequence[str],
) -> Attribution:
    """Share out a lifetime value.

    :param before, after: what each was made of; a number not stated is made of nothing.
    :param published: the two values; None where there is none.
    :param months: what to call each of the months of ``churn``.
    """
    names = [MRR_CLOSING, CUSTOMERS_CLOSING]
    for month in months:
        names += churn_of(month)
    sums = list(zip(names, _sums(before), _sums(after), strict=True))
    made_before, made_after = before.value, after.value
    stated_before, stated_after = published
    if made_before is None or made_after is None or stated_before is None or stated_after is None:
        return Attribution(tuple(Component(*named, weight=None) for named in sums))
    weights = _lifetime_weights(before, after)
    return Attribution(
        tuple(Component(*named, weight) for named, weight in zip(sums, weights, strict=True)),
        (
            *_margin(before, after),
            *_rests((made_before, made_after), (stated_before, stated_after), in_cents=True),
        ),
    )


def churn_of(month: str) -> tuple[str, str]:
    """Return the names of the two components of a month's churn rate."""
    return f"customers_lost {month}", f"customers_opening {month}"


def _component(
    name: str, before: Decimal | None, after: Decimal | None, weight: Fraction | None
) -> Component:
    return Component(name, before or ZERO, after or ZERO, weight)


def _quotient(figure: MetricValue) -> Fraction | None:
    """Return numerator / denominator; None where there is none."""
    if figure.numerator is None or not figure.denominator:
        return None
    return Fraction(figure.numerator) / Fraction(figure.denominator)


def _rests(
    made: tuple[Fraction, Fraction],
    stated: tuple[float | Decimal, float | Decimal],
    *,
    in_cents: bool = False,
) -> tuple[Rest, ...]:
    """Return what lies between the values the sums make and the values stated, earlier and later.

    Where a value is not what today's formula makes of its sums, code of another day made it.
    """
    rounded = [Fraction(to_the_cent(value)) if in_cents else value for value in made]
    rounding = (rounded[1] - made[1]) - (rounded[0] - made[0])
    formula = _beyond_noise(stated[1], rounded[1]) - _beyond_noise(stated[0], rounded[0])
    rests = Rest(ROUNDING, rounding), Rest(FORMULA, formula)
    return tuple(rest for rest in rests if rest.effect)


def _beyond_noise(stated: float | Decimal, made: Fraction) -> Fraction:
    """Return stated - made; 0 where they differ by no more than a double from its fraction."""
    difference = Fraction(str(stated)) - made
    return difference if abs(difference) > _NOISE * max(Fraction(1), abs(made)) else Fraction(0)


def _sums(parts: LifetimeParts) -> list[Decimal]:
    """Return the sums of a lifetime value, in the order of its components."""
    churn = [amount for month in parts.churn for amount in (month.lost, month.opening)]
    return [parts.mrr_closing, parts.customers_closing, *churn]


def _lifetime_weights(before: LifetimeParts, after: LifetimeParts) -> list[Fraction]:
    """Return the weights of the sums of a lifetime value that has one on both sides.

    With N = MRR * margin and D = customers * mean churn: dV = (dN - V1 * dD) / D2.
    """
    churn_before, churn_after, value = before.mean_churn, after.mean_churn, before.value
    assert churn_before and churn_after and value is not None, "a value is missing"
    whole = Fraction(after.customers_closing) * churn_after
    below = -value / whole
    margin = _mean(before.gross_margin, after.gross_margin)
    customers = _mean(before.customers_closing, after.customers_closing)
    # the mean of n rates: 1/n of each
    of_churn = below * customers / after.months_counted
    weights = [margin / whole, below * (churn_before + churn_after) / 2]
    for was, now in zip(before.churn, after.churn, strict=True):
        weights += [of_churn * weight for weight in _month_weights(was, now, churn_before)]
    return weights


def _month_weights(
    was: MonthChurn, now: MonthChurn, mean_before: Fraction
) -> tuple[Fraction, Fraction]:
    """Return what customers lost and at opening of a month weigh in the sum of the rates, less the
    mean of the earlier for a month that enters, plus it for one that leaves.
    """
    if not was.counts and not now.counts:
        return Fraction(0), Fraction(0)
    rate = was.rate if was.counts and now.counts else mean_before
    whole = Fraction(now.opening if now.counts else was.opening)
    return 1 / whole, -rate / whole


def _margin(before: LifetimeParts, after: LifetimeParts) -> tuple[Rest, ...]:
    """Return what another gross margin did to a lifetime value."""
    if before.gross_margin == after.gross_margin:
        return ()
    assert after.mean_churn, "a value is missing"
    change = Fraction(after.gross_margin) - Fraction(before.gross_margin)
    whole = Fraction(after.customers_closing) * after.mean_churn
    name = f"setting billing.gross_margin {before.gross_margin} -> {after.gross_margin}"
    return (Rest(name, _mean(before.mrr_closing, after.mrr_closing) * change / whole),)


def _mean(one: Decimal, other: Decimal) -> Fraction:
    return (Fraction(one) + Fraction(other)) / 2
