"""The columns that a red line may speak of: their table, unit and label.

This list is the whole vocabulary of rules. A rule names a column; nothing in a rule is ever run as
SQL or code. What the columns mean is METRICS.md's business, computed in dbt and nowhere else.
"""

from dataclasses import dataclass
from enum import StrEnum

PERIODS = "mart_churn_periods"
PURCHASES = "mart_repeat_rate"


class Unit(StrEnum):
    """How a value is written, and what a sensible line for it looks like."""

    COUNT = "count"
    MONEY = "money"
    SHARE = "share"  # a fraction of a whole, 0 to 1
    RATIO = "ratio"  # a fraction that may exceed 1, such as NDR


@dataclass(frozen=True)
class Metric:
    """A column of a mart with the grain, period, dimension and member key.

    :param column: the column's name, in the mart and in a rule.
    :param table: the mart, in schema ``marts``.
    :param unit: how to write the value.
    :param label: the words used in messages.
    """

    column: str
    table: str
    unit: Unit
    label: str

    @property
    def sample_column(self) -> str:
        """The column of the same mart that counts the customers the value speaks of."""
        return "customers_opening" if self.table == PERIODS else "buyers"

    @property
    def trials_column(self) -> str | None:
        """The column that counts what the share is a share of, where that is people; None for other values."""
        return _TRIALS.get(self.column)


_TRIALS = {
    "churn_rate": "customers_opening",
    "retention_rate": "customers_opening",
    "repeat_customer_rate": "buyers_to_date",
    "returning_rate": "buyers",
}


def _metrics(table: str, unit: Unit, labels: dict[str, str]) -> dict[str, Metric]:
    return {column: Metric(column, table, unit, label) for column, label in labels.items()}


METRICS: dict[str, Metric] = {
    **_metrics(
        PERIODS,
        Unit.COUNT,
        {
            "customers_opening": "customers at opening",
            "customers_closing": "customers at closing",
            "customers_retained": "customers retained",
            "customers_lost": "customers lost",
            "customers_lost_voluntary": "customers lost voluntarily",
            "customers_lost_involuntary": "customers lost to failed payment",
            "customers_new": "new customers",
            "customers_reactivated": "customers who came back",
            "upgrades": "upgrades",
            "downgrades": "downgrades",
        },
    ),
    **_metrics(
        PERIODS,
        Unit.MONEY,
        {
            "mrr_opening": "MRR at opening",
            "mrr_new": "new MRR",
            "mrr_reactivation": "reactivation MRR",
            "mrr_expansion": "expansion MRR",
            "mrr_contraction": "contraction MRR",
            "mrr_churn": "churned MRR",
            "mrr_churn_voluntary": "MRR churned voluntarily",
            "mrr_churn_involuntary": "MRR churned by failed payment",
            "mrr_closing": "MRR at closing",
            "arpa": "ARPA",
            "ltv": "LTV",
        },
    ),
    **_metrics(
        PERIODS,
        Unit.SHARE,
        {
            "churn_rate": "churn rate",
            "retention_rate": "retention rate",
            "mrr_churn_rate": "MRR churn rate",
            "grr": "GRR",
            "grr_12m": "GRR over 12 months",
        },
    ),
    **_metrics(
        PERIODS,
        Unit.RATIO,
        {
            "ndr": "NDR",
            "ndr_12m": "NDR over 12 months",
            "quick_ratio": "quick ratio",
        },
    ),
    **_metrics(
        PURCHASES,
        Unit.COUNT,
        {
            "buyers": "buyers",
            "returning_buyers": "returning buyers",
            "buyers_to_date": "buyers to date",
            "repeat_buyers_to_date": "repeat buyers to date",
        },
    ),
    **_metrics(
        PURCHASES,
        Unit.SHARE,
        {
            "repeat_customer_rate": "repeat customer rate",
            "returning_rate": "share of returning buyers",
        },
    ),
}


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
    if unit is Unit.MONEY:
        return f"{value:,.2f} {currency}".rstrip()
    return f"{value:,.0f}"
