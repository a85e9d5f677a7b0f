"""Lifetime value in exact arithmetic (METRICS.md, section 3): no sum of customers, but made of such sums.

What the sums are and where they are read is the caller's business; what each of them did to a
difference is in ``why.attribution``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from dagster_project.numbers.metric_value import ZERO, MetricValue
from dagster_project.numbers.rounding import to_the_cent
from dagster_project.period import Period
from dagster_project.warehouse.publication_record import Publication

MONTHS = 3


@dataclass(frozen=True)
class MonthChurn:
    """Customers lost in a month and customers at its opening; a month with none there does not count."""

    lost: Decimal
    opening: Decimal

    @property
    def counts(self) -> bool:
        """Whether the month has a churn rate."""
        return self.opening > 0

    @property
    def rate(self) -> Fraction:
        """Return lost / opening; the month must count."""
        return Fraction(self.lost) / Fraction(self.opening)


@dataclass(frozen=True)
class LifetimeParts:
    """What a lifetime value is made of.

    :ivar mrr_closing: in the reporting currency; with customers_closing, ARPA.
    :ivar gross_margin: a fraction, of the settings.
    :ivar churn: of the last three months, the newest first.
    """

    mrr_closing: Decimal
    customers_closing: Decimal
    gross_margin: Decimal
    churn: tuple[MonthChurn, ...]

    @property
    def months_counted(self) -> int:
        """How many of the months have a churn rate."""
        return sum(month.counts for month in self.churn)

    @property
    def mean_churn(self) -> Fraction | None:
        """Return the mean churn rate of the months that have one; None where none has."""
        rates = [month.rate for month in self.churn if month.counts]
        return sum(rates, Fraction(0)) / len(rates) if rates else None

    @property
    def value(self) -> Fraction | None:
        """Return V * L, not rounded; None where nobody was lost or nobody is left."""
        if not self.customers_closing or not self.mean_churn:
            return None
        arpa = Fraction(self.mrr_closing) / Fraction(self.customers_closing)
        return arpa * Fraction(self.gross_margin) / self.mean_churn


def churn_months(closing_on: date) -> tuple[Period, ...]:
    """Return the months whose churn rates count, the newest first.

    :param closing_on: the day after the last one covered of the period asked about.
    """
    months = [(closing_on - timedelta(days=1)).replace(day=1)]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return tuple(Period("month", month) for month in months)


def gross_margin(publication: Publication) -> Decimal:
    """Return the gross margin that a publication was made with, a fraction."""
    return Decimal(publication.settings["billing"]["gross_margin"])


def lifetime_value(
    mrr: Decimal,
    customers: Decimal,
    gross_margin: Decimal,
    churn: Sequence[tuple[Decimal, Decimal]],
) -> Decimal | None:
    """Return V * L: ARPA x gross margin, times 1 / mean monthly churn rate, to the cent.

    :param churn: customers lost and customers at opening of up to three months; a month without
        customers at opening does not count.
    """
    months = tuple(MonthChurn(lost, opening) for lost, opening in churn)
    value = LifetimeParts(mrr, customers, gross_margin, months).value
    return None if value is None else to_the_cent(value)


def lifetime_value_of(
    arpa: MetricValue, gross_margin: Decimal, churn: Sequence[MetricValue]
) -> MetricValue:
    """Return the lifetime value that ARPA and the months' churn rates make."""
    value = lifetime_value(
        arpa.numerator or ZERO,
        arpa.denominator or ZERO,
        gross_margin,
        [(rate.numerator or ZERO, rate.denominator or ZERO) for rate in churn],
    )
    return MetricValue(None if value is None else float(value), value, None)
