"""One cell of ``metrics`` explained: finding it, and putting its parts together."""

from fractions import Fraction

import duckdb

from dagster_project.errors import EbblineError
from dagster_project.numbers.explain.explained import Contribution, Explained
from dagster_project.numbers.explain.purchases import explained_buyers
from dagster_project.numbers.explain.recurring import explained_customers
from dagster_project.numbers.formulas import formula_of, value_of
from dagster_project.numbers.lifetime_value import churn_months, gross_margin, lifetime_value_of
from dagster_project.numbers.metric_value import NO_VALUE, ZERO, MetricValue, published_value
from dagster_project.numbers.published_keys import require_known
from dagster_project.numbers.purchases import PURCHASE_FORMULAS
from dagster_project.numbers.question import MetricQuestion, parse_period, parse_segment
from dagster_project.numbers.recurring import RECURRING_FORMULAS, span_of
from dagster_project.period import Period
from dagster_project.warehouse.introspection import has_column
from dagster_project.warehouse.publication_record import Publication, select_publications


def explain(
    con: duckdb.DuckDBPyConnection, metric: str, period: str, segment: str | None = None
) -> Explained:
    """Follow a published number down to customers and source rows.

    :param con: a publication, opened with ``serving.open_marts``.
    :param period: ``2026-03``, ``2026-Q1`` or ``2026``.
    :param segment: ``country=DE``; default the whole business.
    :returns: the parts and what they make; the caller looks at ``discrepancies``.
    :raises EbblineError: there is no such metric, period or segment, or the publication was made
        before its rows carried their source.
    """
    question = MetricQuestion(metric, parse_period(period), *parse_segment(segment))
    require_known(con, "marts.metrics", question)
    _require_sources(con)
    publication = select_publications(con, "marts.publication")[0]
    return _explained(con, question, publication)


def _explained(
    con: duckdb.DuckDBPyConnection, question: MetricQuestion, publication: Publication
) -> Explained:
    if question.metric == "ltv":
        return _explained_lifetime(con, question, publication)
    span = span_of(question.metric, question.period, publication.until)
    segment = {"dimension": question.dimension, "member": question.member}
    if question.metric in PURCHASE_FORMULAS:
        customers = explained_buyers(con, question.metric, span, **segment)
        is_rate = PURCHASE_FORMULAS[question.metric].denominator is not None
    elif question.metric in RECURRING_FORMULAS:
        customers = explained_customers(con, question.metric, span, **segment)
        is_rate = RECURRING_FORMULAS[question.metric].denominator is not None
    else:
        raise EbblineError(
            f"{question.metric} is published, but nothing says what it is made of",
            where="dagster_project/numbers/formulas.py",
            fix="name its numerator and denominator beside its column; docs/extending.md says how",
        )
    return Explained(
        question=question,
        publication_id=publication.id,
        until=publication.until,
        formula=formula_of(question.metric),
        published=published_value(con, "published", question) or NO_VALUE,
        recomputed=summed(question.metric, customers, is_rate=is_rate),
        customers=tuple(sorted(customers, key=_greatest_first)),
    )


def summed(metric: str, customers: list[Contribution], *, is_rate: bool) -> MetricValue:
    """Return the figure that the parts make."""
    numerator = sum((part.numerator for part in customers), ZERO)
    denominator = sum((part.denominator for part in customers), ZERO)
    return value_of(metric, numerator, denominator if is_rate else None)


def _explained_lifetime(
    con: duckdb.DuckDBPyConnection, question: MetricQuestion, publication: Publication
) -> Explained:
    def factor(metric: str, period: Period) -> Explained:
        asked = MetricQuestion(metric, period, question.dimension, question.member)
        return _explained(con, asked, publication)

    closing_on = span_of(question.metric, question.period, publication.until).closing_on
    arpa = factor("arpa", question.period)
    churn = [factor("churn_rate", month) for month in churn_months(closing_on)]
    margin = gross_margin(publication)
    return Explained(
        question=question,
        publication_id=publication.id,
        until=publication.until,
        formula=f"{formula_of('ltv')}; gross margin {margin}",
        published=published_value(con, "published", question) or NO_VALUE,
        recomputed=lifetime_value_of(arpa.recomputed, margin, [rate.recomputed for rate in churn]),
        factors=(arpa, *churn),
    )


def _greatest_first(part: Contribution) -> tuple[Fraction, Fraction, str]:
    return -abs(Fraction(part.numerator)), -abs(Fraction(part.denominator)), part.customer_id


_SOURCES = (
    ("fct_mrr_movements", "source_row"),
    ("fct_purchase_lines", "source_row"),
    ("fct_lost_customers", "reason"),
    ("fct_span_fx", "fx"),
)


def _require_sources(con: duckdb.DuckDBPyConnection) -> None:
    if not all(has_column(con, "marts", *needed, database="published") for needed in _SOURCES):
        raise EbblineError(
            "this publication was made before numbers could be followed down",
            fix="publish anew with `ebbline run`",
        )
