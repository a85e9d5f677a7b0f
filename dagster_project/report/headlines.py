"""The headline figures: each beside the month before, the year before, and what was planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dagster_project.metrics import CATALOGUE, Unit
from dagster_project.report.periods import YEAR_BACK, Period
from dagster_project.report.wording import brief, change, label_of, spoken, unit_of

SPARK_POINTS = 13
RECURRING = (
    *("mrr_closing", "arr", "net_new_mrr", "customers_closing"),
    *("churn_rate", "ndr_12m", "arpa", "ltv"),
)
PURCHASES = (
    *("purchase_amount", "buyers", "repeat_customer_rate", "returning_rate"),
    *("purchases", "repeat_revenue_share", "average_days_between", "buyers_to_date"),
)
FIRST_PURCHASES = PURCHASES[:4]


@dataclass(frozen=True)
class Comparison:
    """A headline beside what it is compared with.

    :ivar change: how it moved, or how it differs from the plan.
    :ivar against: what it is compared with.
    :ivar tone: ``good``, ``bad`` or empty.
    """

    change: str
    against: str
    tone: str

    @property
    def sign(self) -> str:
        """An arrow: the colour alone must not tell."""
        if not self.change.strip("+−0.,% p"):
            return ""
        return "▼" if self.change.startswith("−") else "▲"


@dataclass(frozen=True)
class Headline:
    """A headline figure.

    :ivar spark: points of a small line, as SVG coordinates in a box of 100 by 28.
    """

    metric: str
    title: str
    description: str
    value: str
    unit: str
    comparisons: tuple[Comparison, ...]
    spark: str


def headlines(
    metrics: Sequence[str],
    periods: Sequence[Period],
    currency: str,
    plan: Mapping[str, Mapping[str, float]],
    *,
    grain: str = "month",
) -> list[Headline]:
    """Return the headlines of the newest of some periods; a metric that never had a value is none."""
    if not periods:
        return []
    return [
        _headline(metric, periods, currency, plan.get(metric, {}), grain)
        for metric in metrics
        if any(period[metric] is not None for period in periods)
    ]


def _headline(
    metric: str, periods: Sequence[Period], currency: str, plan: Mapping[str, float], grain: str
) -> Headline:
    unit, now = unit_of(metric), periods[-1]
    units = {Unit.MONEY: currency, Unit.DAYS: "days"}
    back = YEAR_BACK[grain]
    earlier = [periods[-step] for step in dict.fromkeys((2, back + 1)) if len(periods) >= step]
    compared = [
        _compared(metric, period[metric], now[metric], f"on {spoken(period.label)}")
        for period in earlier
    ]
    planned = plan.get(now.label)
    if planned is not None:
        compared.append(
            _compared(metric, planned, now[metric], f"against the plan of {brief(planned, unit)}")
        )
    return Headline(
        metric,
        label_of(metric, grain),
        CATALOGUE[metric].description,
        brief(now[metric], unit),
        units.get(unit, "") if now[metric] is not None else "",
        tuple(one for one in compared if one.change),
        spark([period[metric] for period in periods[-SPARK_POINTS:]]),
    )


def _compared(metric: str, old: float | None, new: float | None, against: str) -> Comparison:
    better = CATALOGUE[metric].better
    tone = ""
    if old is not None and new is not None and new != old and better != "neither":
        tone = "good" if (new > old) == (better == "higher") else "bad"
    return Comparison(change(old, new, unit_of(metric)), against, tone)


def spark(values: Sequence[float | None]) -> str:
    """Return the points of a small line through the values that are known; empty for fewer than two."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = 100 / (len(values) - 1)
    return " ".join(
        f"{index * step:.1f},{26 - (value - low) / span * 24:.1f}"
        for index, value in enumerate(values)
        if value is not None
    )
