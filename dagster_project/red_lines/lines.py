"""What a value is held against: a number, another column, or the metric's own past."""

from collections.abc import Mapping, Sequence
from statistics import fmean, stdev

from dagster_project.metrics import WATCHED
from dagster_project.red_lines.rules import Baseline, Rule

FALLS_WHEN_BAD = frozenset(("below", "at_most", "falling"))
_PERIODS_A_YEAR = {"month": 12, "quarter": 4, "year": 1}


def periods_needed(rule: Rule) -> int:
    """Return how many periods before the judged one the line is made of."""
    if rule.line is None:
        return 1
    if not isinstance(rule.line, Baseline):
        return 0
    return _PERIODS_A_YEAR[rule.grain] if rule.line.of == "last_year" else rule.line.periods


def line_of(
    rule: Rule, values: Mapping[str, float | None] | None, before: Sequence[float | None]
) -> float | None:
    """Return the line as a number; None where something that it is made of is missing.

    :param values: the columns of the judged row.
    :param before: the metric in the periods before, the newest first, as many as :func:`periods_needed` says.
    """
    if rule.line is None:
        return before[0]
    if isinstance(rule.line, str):
        return values[rule.line] if values else None
    if isinstance(rule.line, int | float):
        return float(rule.line)
    if rule.line.of == "last_year":
        then = before[-1]
        return None if then is None or rule.line.times is None else then * rule.line.times
    known = [value for value in before if value is not None]
    if len(known) < len(before):
        return None
    if rule.line.times is not None:
        return fmean(known) * rule.line.times
    assert rule.line.deviations is not None, "a baseline has one of the two"
    distance = stdev(known) * rule.line.deviations
    return fmean(known) - distance if rule.when in FALLS_WHEN_BAD else fmean(known) + distance


def against(rule: Rule, period_before: str) -> str:
    """Return in words what the metric is held against."""
    if isinstance(rule.line, str):
        return WATCHED[rule.line].label
    if isinstance(rule.line, Baseline):
        return rule.line.words(rule.grain)
    return f"{rule.subject.label} in {period_before}"
