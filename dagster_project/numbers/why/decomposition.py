"""A number in two publications, decomposed: the sums it is made of, and what each customer adds to them.

Every metric of ``metrics`` has its way here: recurring revenue (``recurring``), purchases (``purchases``),
lifetime value (``lifetime_value``). Why a customer differs is in ``difference``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import duckdb

from dagster_project.numbers.formulas import Measures
from dagster_project.numbers.lifetime_value import (
    LifetimeParts,
    MonthChurn,
    churn_months,
    gross_margin,
)
from dagster_project.numbers.metric_value import NO_VALUE, ZERO, MetricValue, published_value
from dagster_project.numbers.purchases import PURCHASE_FORMULAS, differing_buyers, measures_of_buyer
from dagster_project.numbers.question import MetricQuestion
from dagster_project.numbers.recurring import (
    RECURRING_FORMULAS,
    Span,
    differing_customers,
    measures_of,
    span_of,
)
from dagster_project.numbers.why import attribution
from dagster_project.numbers.why.attribution import Attribution
from dagster_project.period import Period
from dagster_project.warehouse.introspection import has_column
from dagster_project.warehouse.publication_record import Publication
from dagster_project.warehouse.quoting import quote_identifier

LIFETIME = "ltv"
MOVEMENTS, PURCHASE_LINES = "fct_mrr_movements", "fct_purchase_lines"
# A number that a publication does not state is made of nobody.
_NOWHERE = Span(date(1, 1, 1), date(1, 1, 1))


@dataclass(frozen=True)
class Side:
    """A number in one of the two publications.

    :ivar database: the name the publication is attached under.
    :ivar figure: None where the publication has no such cell.
    """

    database: str
    publication: Publication
    figure: MetricValue | None

    @property
    def published(self) -> MetricValue:
        """Return the figure; all None where there is none."""
        return self.figure or NO_VALUE


@dataclass(frozen=True)
class ContributionChange:
    """What a customer adds to each component of a number, earlier and later."""

    customer_id: str
    before: Mapping[str, Decimal]
    after: Mapping[str, Decimal]

    @property
    def changes(self) -> dict[str, Decimal]:
        """Return later - earlier by component."""
        return {
            name: self.after.get(name, ZERO) - self.before.get(name, ZERO)
            for name in {**self.before, **self.after}
        }


@dataclass(frozen=True)
class Decomposition:
    """The components of a number and the customers who add something else to one of them.

    :ivar lacking: the publications that do not tell their customers, by id, with the columns that
        are missing; then there are no customers.
    """

    attribution: Attribution
    customers: tuple[ContributionChange, ...]
    lacking: tuple[tuple[int, tuple[str, ...]], ...] = ()


def decompose(
    con: duckdb.DuckDBPyConnection, question: MetricQuestion, before: Side, after: Side
) -> Decomposition:
    """Decompose a number; where nothing says how, or a publication lacks the tables, without customers.

    :param con: a connection with the two publications attached as ``earlier`` and ``later``.
    """
    if question.metric == LIFETIME:
        shared_out = _lifetime_attribution(con, question, before, after)
    else:
        shared_out = _plain_attribution(question.metric, before.published, after.published)
    lacking = tuple(
        (side.publication.id, columns)
        for side in (before, after)
        for columns in [_lacking(con, question, side)]
        if columns
    )
    if lacking:
        return Decomposition(shared_out, (), lacking)
    if question.metric == LIFETIME:
        found = _lifetime_customers(con, question, before, after)
    elif question.metric in PURCHASE_FORMULAS:
        found = _purchasing_customers(con, question, before, after)
    elif question.metric in RECURRING_FORMULAS:
        found = _recurring_customers(con, question, before, after)
    else:
        found = []
    return Decomposition(shared_out, tuple(one for one in found if any(one.changes.values())))


def summed(changes: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """Return the sums of several changes by component."""
    found: dict[str, Decimal] = {}
    for one in changes:
        for name, amount in one.items():
            found[name] = found.get(name, ZERO) + amount
    return found


def mart_of(metric: str) -> str:
    """Return the mart that the customers behind a metric are read from."""
    return PURCHASE_LINES if metric in PURCHASE_FORMULAS else MOVEMENTS


def source_tables(con: duckdb.DuckDBPyConnection, database: str, mart: str) -> frozenset[str]:
    """Return the raw tables that the rows of a mart were counted from; empty where it does not tell."""
    if not has_column(con, "marts", mart, "source_table", database=database):
        return frozenset()
    rows = con.execute(
        f"""
        select distinct source_table from {database}.marts.{quote_identifier(mart)}
        where source_table is not null
        """  # noqa: S608
    ).fetchall()
    return frozenset(name for (name,) in rows)


def _lacking(
    con: duckdb.DuckDBPyConnection, question: MetricQuestion, side: Side
) -> tuple[str, ...]:
    """Return the columns customers are read from that a publication of older code does not have."""
    needed = [(mart_of(question.metric), "customer_id")]
    if question.metric.endswith(("_voluntary", "_involuntary")):
        needed.append(("fct_lost_customers", "is_involuntary"))
    for dimension in question.dimension.split("+"):
        if dimension == "plan":
            needed.append(("customer_plan_days", "plan_id"))
        elif dimension != "all":
            needed.append(("dim_customers", dimension))
    return tuple(
        f"{mart}.{column}"
        for mart, column in needed
        if not has_column(con, "marts", mart, column, database=side.database)
    )


def closing_on(question: MetricQuestion, publication: Publication) -> date:
    """Return the day after the last one that counts for a number."""
    return span_of(question.metric, question.period, publication.until).closing_on


def _span(metric: str, period: Period, side: Side) -> Span:
    if side.figure is None:
        return _NOWHERE
    return span_of(metric, period, side.publication.until)


def _plain_attribution(metric: str, before: MetricValue, after: MetricValue) -> Attribution:
    parts = RECURRING_FORMULAS.get(metric) or PURCHASE_FORMULAS.get(metric)
    is_rate = before.denominator is not None or after.denominator is not None
    if parts is not None:
        is_rate = parts.denominator is not None
    if not is_rate:
        return attribution.of_amount(before, after)
    return attribution.of_rate(before, after, in_cents=parts is not None and parts.in_cents)


def _recurring_customers(
    con: duckdb.DuckDBPyConnection, question: MetricQuestion, before: Side, after: Side
) -> list[ContributionChange]:
    return _of_span(con, question, question.period, question.period, before, after)


def _of_span(
    con: duckdb.DuckDBPyConnection,
    question: MetricQuestion,
    period_before: Period,
    period_after: Period,
    before: Side,
    after: Side,
) -> list[ContributionChange]:
    """Return what customers add to a metric of ``RECURRING_FORMULAS``, of a period that may be another in each."""
    pairs = differing_customers(
        con,
        _span(question.metric, period_before, before),
        _span(question.metric, period_after, after),
        dimension=question.dimension,
        member=question.member,
    )
    parts = RECURRING_FORMULAS[question.metric]
    return [
        ContributionChange(
            pair.customer_id, parts.of(measures_of(pair.before)), parts.of(measures_of(pair.after))
        )
        for pair in pairs
    ]


def _purchasing_customers(
    con: duckdb.DuckDBPyConnection, question: MetricQuestion, before: Side, after: Side
) -> list[ContributionChange]:
    pairs = differing_buyers(
        con,
        _span(question.metric, question.period, before),
        _span(question.metric, question.period, after),
        dimension=question.dimension,
        member=question.member,
    )
    parts = PURCHASE_FORMULAS[question.metric]
    return [
        ContributionChange(
            pair.customer_id,
            parts.of(measures_of_buyer(pair.before)),
            parts.of(measures_of_buyer(pair.after)),
        )
        for pair in pairs
    ]


def _lifetime_attribution(
    con: duckdb.DuckDBPyConnection, question: MetricQuestion, before: Side, after: Side
) -> Attribution:
    return attribution.of_lifetime(
        _lifetime_parts(con, question, before),
        _lifetime_parts(con, question, after),
        published=(before.published.numerator, after.published.numerator),
        months=[_month_name(one, other) for one, other in _month_pairs(question, before, after)],
    )


def _lifetime_parts(
    con: duckdb.DuckDBPyConnection, question: MetricQuestion, side: Side
) -> LifetimeParts:
    """Return the published sums that a lifetime value is made of."""

    def published(metric: str, period: Period) -> MetricValue:
        if side.figure is None:
            return NO_VALUE
        factor = replace(question, metric=metric, period=period)
        # Months before the first with any activity have no cells: nobody was there.
        return published_value(con, side.database, factor) or NO_VALUE

    arpa = published("arpa", question.period)
    churn = [published("churn_rate", month) for month in _months(question, side)]
    return LifetimeParts(
        arpa.numerator or ZERO,
        arpa.denominator or ZERO,
        gross_margin(side.publication),
        tuple(MonthChurn(rate.numerator or ZERO, rate.denominator or ZERO) for rate in churn),
    )


def _lifetime_customers(
    con: duckdb.DuckDBPyConnection, question: MetricQuestion, before: Side, after: Side
) -> list[ContributionChange]:
    """Return what customers add to ARPA and to the churn rate of each of the three months."""
    arpa = replace(question, metric="arpa")
    names = {
        attribution.NUMERATOR: attribution.MRR_CLOSING,
        attribution.DENOMINATOR: attribution.CUSTOMERS_CLOSING,
    }
    found = [_renamed(_recurring_customers(con, arpa, before, after), names)]
    for months in _month_pairs(question, before, after):
        lost, opening = attribution.churn_of(_month_name(*months))
        names = {attribution.NUMERATOR: lost, attribution.DENOMINATOR: opening}
        churn = replace(question, metric="churn_rate")
        found.append(_renamed(_of_span(con, churn, *months, before, after), names))
    return _merged(one for parts in found for one in parts)


def _renamed(
    customers: Iterable[ContributionChange], names: Mapping[str, str]
) -> list[ContributionChange]:
    def renamed(figures: Measures) -> dict[str, Decimal]:
        return {names[name]: amount for name, amount in figures.items()}

    return [
        ContributionChange(one.customer_id, renamed(one.before), renamed(one.after))
        for one in customers
    ]


def _merged(parts: Iterable[ContributionChange]) -> list[ContributionChange]:
    """Return one for each customer, in order of id."""
    found: dict[str, ContributionChange] = {}
    for one in parts:
        known = found.get(one.customer_id)
        found[one.customer_id] = (
            one
            if known is None
            else replace(
                one, before={**known.before, **one.before}, after={**known.after, **one.after}
            )
        )
    return [found[customer] for customer in sorted(found)]


def _months(question: MetricQuestion, side: Side) -> tuple[Period, ...]:
    return churn_months(closing_on(question, side.publication))


def _month_pairs(
    question: MetricQuestion, before: Side, after: Side
) -> list[tuple[Period, Period]]:
    """Return the months that count earlier and later, the newest first; a running period moves on."""
    return list(zip(_months(question, before), _months(question, after), strict=True))


def _month_name(before: Period, after: Period) -> str:
    return str(before) if before == after else f"{before}, then {after}"
