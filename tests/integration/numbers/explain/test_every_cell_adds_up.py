"""What an explanation lists makes the published figure, for every metric of the sample.

Here in every twelfth period and dimension, in ``tests/deep`` in all of them.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from dagster_project.metrics import CATALOGUE
from dagster_project.numbers.explain import explain
from dagster_project.numbers.explain.cell import summed
from dagster_project.numbers.explain.explained import Explained
from dagster_project.numbers.explain.purchases import buyer_contributions
from dagster_project.numbers.explain.recurring import contributions, measures_by_member
from dagster_project.numbers.lifetime_value import churn_months, gross_margin, lifetime_value_of
from dagster_project.numbers.metric_value import MetricValue
from dagster_project.numbers.purchases import PURCHASE_FORMULAS, buyers_of
from dagster_project.numbers.question import MetricQuestion
from dagster_project.numbers.recurring import RECURRING_FORMULAS, customer_spans, span_of
from dagster_project.period import Period
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication_record import Publication, select_publications
from dagster_project.warehouse.serving import open_published

Cells = dict[MetricQuestion, MetricValue]


@pytest.fixture(scope="module", params=["sample", "sample_under_other_settings"])
def published(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_published(request.getfixturevalue(request.param)) as con:
        yield con


@pytest.fixture
def every() -> int:
    return 12


@pytest.fixture(scope="module")
def publication(published: duckdb.DuckDBPyConnection) -> Publication:
    return select_publications(published, "marts.publication")[0]


@pytest.fixture(scope="module")
def cells(published: duckdb.DuckDBPyConnection) -> Cells:
    """All of ``metrics``."""
    rows = published.execute(
        """
        select metric, grain, period_start, dimension, member,
            value::double, numerator::decimal(38, 2), denominator::decimal(38, 2)
        from marts.metrics
        """
    ).fetchall()
    return {
        MetricQuestion(row[0], Period(row[1], row[2]), row[3], row[4]): MetricValue(*row[5:])
        for row in rows
    }


def discrepancies(
    question: MetricQuestion,
    published: MetricValue,
    recomputed: MetricValue,
    publication: Publication,
) -> tuple[str, ...]:
    return Explained(
        question, publication.id, publication.until, "", published, recomputed
    ).discrepancies


def by_slice(
    cells: Cells, metrics: set[str], every: int
) -> list[tuple[tuple[Period, str], list[MetricQuestion]]]:
    """Return the cells of these metrics by what has to be read for them, each so many-th of these."""
    found = defaultdict(list)
    for question in cells:
        if question.metric in metrics:
            found[question.period, question.dimension].append(question)
    return sorted(found.items(), key=lambda item: str(item[0]))[::every]


def test_every_published_metric_can_be_explained(cells: Cells) -> None:
    explainable = {*RECURRING_FORMULAS, *PURCHASE_FORMULAS, "ltv"}
    assert {question.metric for question in cells} <= explainable & CATALOGUE.keys()


@pytest.mark.parametrize("trailing_year", [False, True])
def test_the_customers_make_every_figure_of_recurring_revenue(
    published: duckdb.DuckDBPyConnection,
    publication: Publication,
    cells: Cells,
    trailing_year: bool,
    every: int,
) -> None:
    metrics = {
        metric
        for metric, parts in RECURRING_FORMULAS.items()
        if parts.trailing_year is trailing_year
    }
    wrong: list[str] = []
    asked = 0
    for (period, dimension), questions in by_slice(cells, metrics, every):
        span = span_of(questions[0].metric, period, publication.until)
        customers = measures_by_member(
            customer_spans(published, "published", span, dimension=dimension)
        )
        for question in questions:
            parts = contributions(question.metric, customers.get(question.member, []))
            is_rate = RECURRING_FORMULAS[question.metric].denominator is not None
            recomputed = summed(question.metric, parts, is_rate=is_rate)
            wrong += discrepancies(question, cells[question], recomputed, publication)
            asked += 1
    assert (asked > 1000 // every, wrong[:10]) == (True, [])


def test_the_purchases_make_every_figure_of_purchases(
    published: duckdb.DuckDBPyConnection, publication: Publication, cells: Cells, every: int
) -> None:
    wrong: list[str] = []
    asked = 0
    for (period, dimension), questions in by_slice(cells, set(PURCHASE_FORMULAS), every):
        span = span_of(questions[0].metric, period, publication.until)
        buyers = buyers_of(published, "published", span, dimension=dimension)
        for question in questions:
            parts = buyer_contributions(question.metric, buyers, question.member)
            is_rate = PURCHASE_FORMULAS[question.metric].denominator is not None
            recomputed = summed(question.metric, parts, is_rate=is_rate)
            wrong += discrepancies(question, cells[question], recomputed, publication)
            asked += 1
    assert (asked > 1000 // every, wrong[:10]) == (True, [])


def test_the_factors_make_every_lifetime_value(publication: Publication, cells: Cells) -> None:
    nothing = MetricValue(None, Decimal(0), Decimal(0))
    wrong: list[str] = []
    for question, figure in cells.items():
        if question.metric != "ltv":
            continue
        segment = question.dimension, question.member
        closing_on = span_of("ltv", question.period, publication.until).closing_on
        months = churn_months(closing_on)
        recomputed = lifetime_value_of(
            cells[MetricQuestion("arpa", question.period, *segment)],
            gross_margin(publication),
            [cells.get(MetricQuestion("churn_rate", month, *segment), nothing) for month in months],
        )
        wrong += discrepancies(question, figure, recomputed, publication)
    assert wrong == []


def test_the_rows_shown_lead_to_every_part(
    published: duckdb.DuckDBPyConnection, cells: Cells, every: int
) -> None:
    """Movements lead from opening to closing; lines of purchases make the purchases."""
    shown = {"ndr", "mrr_opening", "mrr_closing", "ndr_12m", "purchase_amount", "returning_rate"}
    asked = sorted((q for q in cells if q.metric in shown and q.dimension == "all"), key=str)
    wrong = [
        line
        for question in asked[::every]
        for line in explain(published, question.metric, str(question.period)).discrepancies
    ]
    assert wrong == []


def test_the_command_agrees_with_every_metric_of_a_slice(
    published: duckdb.DuckDBPyConnection, cells: Cells
) -> None:
    period = Period("quarter", max(q.period.start for q in cells if q.period.grain == "quarter"))
    wrong = [
        line
        for question in cells
        if question.period == period and (question.dimension, question.member) == ("country", "DE")
        for line in explain(published, question.metric, str(period), "country=DE").discrepancies
    ]
    assert wrong == []


def test_the_other_settings_have_customers_whom_exchange_rates_moved(
    sample_under_other_settings: WarehousePaths,
) -> None:
    with open_published(sample_under_other_settings) as con:
        row = con.execute("select count(*) from marts.fct_span_fx").fetchone()
    assert row is not None and row[0] > 100
