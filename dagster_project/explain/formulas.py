"""How each metric is made, in exact arithmetic: METRICS.md, sections 3 and 5. The words for it are the catalogue's.

The sums that go in come from elsewhere; here is only what is done with them.
"""

from decimal import Decimal
from fractions import Fraction

from dagster_project.metrics import CATALOGUE
from dagster_project.warehouse.published_figure import Figure
from dagster_project.warehouse.rounding import to_the_cent


def formula_of(metric: str) -> str:
    """Return in words how a metric is made."""
    return CATALOGUE[metric].formula


def figure_of(metric: str, numerator: Decimal, denominator: Decimal | None) -> Figure:
    """Return the figure that two sums make; a rate over nothing has no value."""
    if denominator is None:
        return Figure(float(numerator), numerator, None)
    if not denominator:
        return Figure(None, numerator, denominator)
    if metric in CATALOGUE and CATALOGUE[metric].rounded == "cents":
        exact = Fraction(numerator) / Fraction(denominator)
        return Figure(float(to_the_cent(exact)), numerator, denominator)
    return Figure(float(numerator) / float(denominator), numerator, denominator)
