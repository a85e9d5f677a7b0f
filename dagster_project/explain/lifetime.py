"""What a lifetime value is made of: it is no sum of customers, but each of its factors is one."""

from collections.abc import Sequence
from decimal import Decimal

from dagster_project.explain.results import ZERO
from dagster_project.warehouse.lifetime import lifetime_value
from dagster_project.warehouse.published_figure import Figure


def lifetime_figure(arpa: Figure, gross_margin: Decimal, churn: Sequence[Figure]) -> Figure:
    """Return the lifetime value that ARPA and the months' churn rates make."""
    value = lifetime_value(
        arpa.numerator or ZERO,
        arpa.denominator or ZERO,
        gross_margin,
        [(rate.numerator or ZERO, rate.denominator or ZERO) for rate in churn],
    )
    return Figure(None if value is None else float(value), value, None)
