"""Metrics in words: how a value is written, and what a metric means. For messages, the report and its glossary."""

import re
from collections.abc import Mapping

from dagster_project.metrics.catalogue import CATALOGUE, Metric, Unit

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_COLUMN = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")


def written(value: float | None, unit: Unit, currency: str = "") -> str:
    """Return a value as a reader expects it: ``12.3 %``, ``1,234.50 USD``, ``17``; ``no value`` for none."""
    if value is None:
        return "no value"
    if unit in (Unit.SHARE, Unit.RATIO):
        # Enough places to tell a value from a line it has just crossed: 10.04 % is not 10.0 %.
        return f"{value * 100:,.2f}".rstrip("0").rstrip(".") + " %"
    if unit in (Unit.DAYS, Unit.HOURS):
        return f"{value:,.1f} {unit}"
    if unit is Unit.POINTS:
        return f"{value:.1f} of 100"
    if unit is Unit.MONEY:
        return f"{value:,.2f} {currency}".rstrip()
    return f"{value:,.0f}"


def definition(name: str, metrics: Mapping[str, Metric] = CATALOGUE) -> str:
    """Return what a metric means, for people: ``churn rate: customers lost ÷ customers at opening.``

    A rate is told by what it is made of, in the labels of those; anything else by its description.
    """
    metric = metrics[name]
    if not metric.is_rate:
        said = _COLUMN.sub(lambda word: _label_of(word[0], metrics), metric.description)
        return f"{metric.label}: {_ended(said)}"
    made_of = _NAME.sub(lambda word: _label_of(word[0], metrics), metric.formula)
    return f"{metric.label}: {_ended(made_of.replace(' / ', ' ÷ '))}"


def glossary(metrics: Mapping[str, Metric] = CATALOGUE) -> dict[str, str]:
    """Return the definition of every metric by name, in the order of the catalogue."""
    return {name: definition(name, metrics) for name in metrics}


def _label_of(word: str, metrics: Mapping[str, Metric]) -> str:
    return metrics[word].label if word in metrics else word.replace("_", " ")


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
