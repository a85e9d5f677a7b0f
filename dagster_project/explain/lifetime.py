"""What a lifetime value is made of: it is no sum of customers, but each of its factors is one."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from dagster_project.explain.formulas import lifetime_value
from dagster_project.explain.results import ZERO, Figure
from dagster_project.warehouse.metric_question import Period

MONTHS = 3


def churn_months(closing_on: date) -> tuple[Period, ...]:
    """Return the months whose churn rates count, the newest first.

    :param closing_on: the day after the last one covered of the period asked about.
    """
    months = [(closing_on - timedelta(days=1)).replace(day=1)]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return tuple(Period("month", month) for month in months)


def lifetime_figure(arpa: Figure, gross_margin: Decimal, churn: Sequence[Figure]) -> Figure:
    """Return the lifetime value that ARPA and the months' churn rates make."""
    value = lifetime_value(
        arpa.numerator or ZERO,
        arpa.denominator or ZERO,
        gross_margin,
        [(rate.numerator or ZERO, rate.denominator or ZERO) for rate in churn],
    )
    return Figure(None if value is None else float(value), value, None)
