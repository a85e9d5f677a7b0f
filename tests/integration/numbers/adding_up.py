"""Whether the parts of a difference between two publications make it, and which cells differ."""

from collections import defaultdict
from fractions import Fraction

import duckdb

from dagster_project.numbers.metric_value import MetricValue
from dagster_project.numbers.question import MetricQuestion
from dagster_project.numbers.why.attribution import FORMULA
from dagster_project.numbers.why.difference import Difference
from dagster_project.period import Period

# Published rounded: the cents are the value, not the quotient.
IN_CENTS = {"arpa"}


def changed_cells(con: duckdb.DuckDBPyConnection) -> list[MetricQuestion]:
    """Return every cell of ``metrics`` that the publications ``earlier`` and ``later`` tell otherwise.

    A number that is not stated and one that is 0 are the same to an explanation.
    """
    rows = con.execute(
        """
        select metric, grain, period_start, dimension, member
        from earlier.marts.metrics as b
        full join later.marts.metrics as a using (metric, grain, period_start, dimension, member)
        where
            (coalesce(a.value, 0), coalesce(a.numerator, 0), coalesce(a.denominator, 0))
            <> (coalesce(b.value, 0), coalesce(b.numerator, 0), coalesce(b.denominator, 0))
        order by all
        """
    ).fetchall()
    return [MetricQuestion(row[0], Period(row[1], row[2]), row[3], row[4]) for row in rows]


def some_of_each_metric(con: duckdb.DuckDBPyConnection, of_each: int) -> list[MetricQuestion]:
    """Return changed cells of every metric, about so many, spread evenly over grains, periods and segments."""
    by_metric = defaultdict(list)
    for question in changed_cells(con):
        by_metric[question.metric].append(question)
    return [
        question
        for questions in by_metric.values()
        for question in questions[:: max(1, len(questions) // of_each)]
    ]


def exact_value(metric: str, figure: MetricValue) -> Fraction | None:
    """Return a published value as a fraction: n/d of a rate, the amount, the cents of an average."""
    if figure.value is None:
        return None
    if metric in IN_CENTS or figure.denominator is None:
        return Fraction(str(figure.value))
    return Fraction(figure.numerator or 0) / Fraction(figure.denominator)


def assert_adds_up(question: MetricQuestion, difference: Difference) -> None:
    """Hold a difference to the promise of ``ebbline why``."""
    cell = str(question)
    assert [amount for amount in difference.left_over if amount] == [], cell
    assert [one.name for one in difference.components if one.left_over] == [], cell
    assert [one.name for one in difference.rests if one.name == FORMULA] == [], cell
    assert [one.customer_id for one in difference.customers if one.cause == "unexplained"] == [], (
        cell
    )
    is_amount = difference.before.denominator is None and difference.after.denominator is None
    before, after = (
        exact_value(question.metric, figure) for figure in (difference.before, difference.after)
    )
    if question.metric != "ltv" and is_amount:
        before, after = before or Fraction(0), after or Fraction(0)
    if before is None or after is None:
        assert {one.effect for one in difference.customers} <= {None}, cell
        return
    effects = [one.effect for one in difference.customers]
    assert None not in effects, cell
    parts = sum((effect for effect in effects if effect is not None), Fraction(0))
    parts += sum((rest.effect for rest in difference.rests), Fraction(0))
    assert parts == after - before, cell
    by_cause = [total.effect for total in difference.causes]
    assert sum((effect for effect in by_cause if effect is not None), Fraction(0)) == sum(
        (effect for effect in effects if effect is not None), Fraction(0)
    ), cell
