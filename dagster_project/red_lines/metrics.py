"""The columns that a red line may speak of: every metric of the catalogue; and how their values are written.

The catalogue is the whole vocabulary of rules. A rule names a column; nothing in a rule is ever run as SQL or
code. What the columns mean is METRICS.md's business, computed in dbt and nowhere else.
"""

from dagster_project.metrics import CATALOGUE as METRICS
from dagster_project.metrics import Metric, Unit

__all__ = ["METRICS", "Metric", "Unit", "written"]


def written(value: float | None, unit: Unit, currency: str = "") -> str:
    """Return a value as a reader expects it: ``12.3 %``, ``1,234.50 USD``, ``17``; a dash for no
    value.
    """
    if value is None:
        return "no value"
    if unit is Unit.SHARE:
        # Enough places to tell a value from a line it has just crossed: 10.04 % is not 10.0 %.
        return f"{value * 100:.2f}".rstrip("0").rstrip(".") + " %"
    if unit is Unit.RATIO:
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if unit is Unit.DAYS:
        return f"{value:.1f} days"
    if unit is Unit.MONEY:
        return f"{value:,.2f} {currency}".rstrip()
    return f"{value:,.0f}"
