"""How each metric is made of measures, as the catalogue says it, and in words; the arithmetic is exact.

A measure is what one customer adds to a column of a period mart. What the measures of a customer are, is
in ``recurring`` and ``purchases``.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from dagster_project.metrics import CATALOGUE, Metric
from dagster_project.metrics.catalogue import TRAILING
from dagster_project.numbers.metric_value import ZERO, MetricValue
from dagster_project.numbers.rounding import to_the_cent

Measures = Mapping[str, Decimal]
_Sum = Callable[[Measures], Decimal]


@dataclass(frozen=True)
class MetricFormula:
    """How a metric is made of figures.

    :ivar denominator: None for an amount, whose value is its numerator.
    :ivar trailing_year: compared is with twelve months earlier.
    :ivar in_cents: the value is rounded to the cent.
    """

    numerator: _Sum
    denominator: _Sum | None = None
    trailing_year: bool = False
    in_cents: bool = False

    def of(self, figures: Measures) -> dict[str, Decimal]:
        """Return what a customer with these figures adds: ``numerator`` and, of a rate, ``denominator``."""
        found = {"numerator": self.numerator(figures)}
        if self.denominator is not None:
            found["denominator"] = self.denominator(figures)
        return found


_TERM = re.compile(r"([+-]?)\s*(?:(\d+)\s*\*\s*)?([a-z]\w*)")


class FormulasOf(Mapping[str, MetricFormula]):
    """The metrics of the catalogue that are sums of known figures, by name; read when first asked for."""

    def __init__(self, rows: str, figures: Sequence[str]) -> None:
        """Take the metrics of one table of rows.

        :param rows: the table whose rows they are decomposed into.
        :param figures: what is known of each customer.
        """
        self._rows, self._figures = rows, frozenset(figures)

    @cached_property
    def _parts(self) -> dict[str, MetricFormula]:
        return formulas_of(CATALOGUE, self._rows, self._figures)

    def __getitem__(self, name: str) -> MetricFormula:
        return self._parts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)


def formulas_of(
    metrics: Mapping[str, Metric], rows: str, figures: Collection[str]
) -> dict[str, MetricFormula]:
    """Return how the metrics are made that are sums of these figures, or rates of such."""
    found = {}
    for name, metric in metrics.items():
        if metric.rows != rows:
            continue
        above, below = _terms(metric.numerator), _terms(metric.denominator)
        if {term.figure for term in (*above, *below)} <= set(figures):
            found[name] = MetricFormula(
                _weighted(above),
                _weighted(below) if below else None,
                trailing_year=any(term.is_trailing for term in above),
                in_cents=metric.rounded == "cents",
            )
    return found


@dataclass(frozen=True)
class _Term:
    """One of the columns that are summed, and how often it counts; of twelve months where ``is_trailing``."""

    figure: str
    factor: Decimal
    is_trailing: bool


def _terms(total: str) -> tuple[_Term, ...]:
    """Return what is summed: ``a + b - c`` is three, ``12 * a`` is one; none where a word is no such term."""
    found = []
    for sign, factor, column in _TERM.findall(total):
        trailing = column.endswith(TRAILING)
        weight = Decimal(factor or 1) * (-1 if sign == "-" else 1)
        found.append(_Term(column.removesuffix(TRAILING), weight, trailing))
    return tuple(found)


def _weighted(terms: Sequence[_Term]) -> _Sum:
    """Return how a customer's part is made: the sum of these figures of theirs."""
    return lambda figures: sum((term.factor * figures[term.figure] for term in terms), ZERO)


def formula_of(metric: str) -> str:
    """Return in words how a metric is made."""
    return CATALOGUE[metric].formula


def value_of(metric: str, numerator: Decimal, denominator: Decimal | None) -> MetricValue:
    """Return the figure that two sums make; a rate over nothing has no value."""
    if denominator is None:
        return MetricValue(float(numerator), numerator, None)
    if not denominator:
        return MetricValue(None, numerator, denominator)
    if metric in CATALOGUE and CATALOGUE[metric].rounded == "cents":
        exact = Fraction(numerator) / Fraction(denominator)
        return MetricValue(float(to_the_cent(exact)), numerator, denominator)
    return MetricValue(float(numerator) / float(denominator), numerator, denominator)
