"""Why a published number is another one today: customers, source rows, settings or code.

The difference between two publications is taken apart by customer so that the parts add up to it
exactly, numerator and denominator each; what cannot be laid to a customer is said to be left over.
The history of a number is in ``history``; what a customer adds to a number in ``contributions``.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import duckdb

from dagster_project.errors import EbblineError
from dagster_project.warehouse.comparison import (
    SettingChange,
    both_attached,
    code_changes,
    settings_changes,
)
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.contributions import (
    PARTS,
    ZERO,
    CustomerPair,
    CustomerState,
    Span,
    differing_customers,
    figures_of,
    span_of,
)
from dagster_project.warehouse.history import Version, has_history, metrics_known, versions_of
from dagster_project.warehouse.metric_question import MetricQuestion, parse_period, parse_segment
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication import publication_file
from dagster_project.warehouse.publication_ledger import publication_files
from dagster_project.warehouse.publication_record import Publication, select_publications
from dagster_project.warehouse.source_changes import (
    LoadRange,
    SourceChange,
    customer_changes,
    shared_changes,
)

Cause = Literal[
    "new", "late", "corrected", "deleted", "several rows", "shared rows",
    "more days", "settings", "code", "settings and code", "unexplained",
]  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A value as published, and what it is made of; a plain amount has no denominator."""

    value: float | None
    numerator: Decimal | None
    denominator: Decimal | None


@dataclass(frozen=True)
class CustomerDifference:
    """What one customer adds to the difference.

    :ivar numerator, denominator: later - earlier.
    :ivar effect: the share in the difference of the value (a fraction for a rate, money or
        customers for an amount); the effects of all customers and the rest add up to it. None where
        a rate has no value in one of the two.
    """

    customer_id: str
    before: CustomerState
    after: CustomerState
    numerator: Decimal
    denominator: Decimal
    effect: Fraction | None
    cause: Cause
    rows: tuple[SourceChange, ...]


@dataclass(frozen=True)
class CauseTotal:
    """All customers with one cause, and what they add up to."""

    cause: Cause
    customers: int
    numerator: Decimal
    denominator: Decimal
    effect: Fraction | None


@dataclass(frozen=True)
class Difference:
    """A number in two publications, and everything that lies between.

    :ivar customers: those who made a difference, the greatest effect first.
    :ivar causes: the same by cause.
    :ivar left_over: numerator and denominator that no customer accounts for; (0, 0) where the parts
        add up, which they do for every metric in ``contributions.PARTS``.
    :ivar settings_changed, code_changed: what else differs; numbers were made with it.
    :ivar shared_rows: changed rows that belong to no single customer (plans, products).
    """

    earlier: Publication
    later: Publication
    before: Figure
    after: Figure
    customers: tuple[CustomerDifference, ...]
    causes: tuple[CauseTotal, ...]
    left_over: tuple[Decimal, Decimal]
    settings_changed: tuple[SettingChange, ...]
    code_changed: tuple[str, ...]
    shared_rows: tuple[SourceChange, ...]


@dataclass(frozen=True)
class Explanation:
    """The history of a number and its last change.

    :ivar history: what was published, oldest first.
    :ivar difference: None where the number never changed, or no earlier publication is kept.
    :ivar note: why there is no difference; empty where there is one.
    """

    question: MetricQuestion
    history: tuple[Version, ...]
    difference: Difference | None
    note: str = ""


def why(
    paths: WarehousePaths,
    metric: str,
    period: str,
    segment: str | None = None,
    *,
    earlier: int | None = None,
    later: int | None = None,
) -> Explanation:
    """Explain how a number came to be what it is.

    :param period: ``2026-03``, ``2026-Q1`` or ``2026``.
    :param segment: ``country=DE``; default the whole business.
    :param earlier, later: the publications to compare; default the one that last changed the number
        and the newest kept one that still stated the value before.
    :raises EbblineError: the number was never published, or a publication asked for is not kept.
    :raises WarehouseLockedError: a run is writing.
    """
    question = MetricQuestion(metric, parse_period(period), *parse_segment(segment))
    if not paths.warehouse_db.exists():
        raise EbblineError("nothing has been published yet", where=str(paths.warehouse_db))
    with open_warehouse(paths, read_only=True) as warehouse:
        history = versions_of(warehouse, question) if has_history(warehouse) else ()
        if not history:
            raise _never_published(warehouse, question)
        pair = _pair(paths, warehouse, history, earlier, later)
        if isinstance(pair, str):
            return Explanation(question, history, None, pair)
        files = publication_file(paths, pair[0]), publication_file(paths, pair[1])
        with both_attached(*files) as con:
            return Explanation(question, history, difference_of(con, warehouse, question))


def _pair(
    paths: WarehousePaths,
    warehouse: duckdb.DuckDBPyConnection,
    history: tuple[Version, ...],
    earlier: int | None,
    later: int | None,
) -> tuple[int, int] | str:
    """Return the publications to compare, or why there are none."""
    kept = sorted(publication_files(paths))
    rebuilds = {
        row[0]
        for row in warehouse.execute(
            "select id from ops.publications where as_of is not null"
        ).fetchall()
    }
    if later is None:
        changed_by = history[-1].publication_id
        later = changed_by if changed_by in kept else max(kept, default=changed_by)
    if earlier is None:
        if len(history) == 1:
            return "it was published once and never changed"
        candidates = [
            kept_id
            for kept_id in kept
            if kept_id < min(later, history[-1].publication_id) and kept_id not in rebuilds
        ]
        if not candidates:
            return "no publication with the value before is kept; publish.keep says how many are"
        earlier = candidates[-1]
    return earlier, later


def difference_of(
    con: duckdb.DuckDBPyConnection, warehouse: duckdb.DuckDBPyConnection, question: MetricQuestion
) -> Difference:
    """Take the difference of one number between two publications apart.

    :param con: a connection with the two attached as ``earlier`` and ``later``.
    :param warehouse: the working database, which has the source rows.
    """
    earlier, later = (
        select_publications(con, f"{name}.marts.publication")[0] for name in ("earlier", "later")
    )
    before, after = _figure(con, "earlier", question), _figure(con, "later", question)
    pairs = _pairs(con, question, earlier, later)
    loads = LoadRange(*sorted((earlier.highest_load_id, later.highest_load_id)))
    end = max(_span(question, earlier).closing_on, _span(question, later).closing_on)
    rows = customer_changes(
        warehouse,
        loads,
        [pair.customer_id for pair in pairs],
        covered_until=earlier.until,
        before=end,
    )
    shared = shared_changes(warehouse, loads, covered_until=earlier.until)
    elsewhere = _cause_elsewhere(question, earlier, later, shared)
    customers = tuple(
        difference
        for pair in pairs
        for difference in [
            _customer(
                pair,
                question,
                before=before,
                after=after,
                rows=rows.get(pair.customer_id, []),
                elsewhere=elsewhere,
            )
        ]
        if difference.numerator or difference.denominator
    )
    explained = (
        sum((customer.numerator for customer in customers), ZERO),
        sum((customer.denominator for customer in customers), ZERO),
    )
    return Difference(
        earlier=earlier,
        later=later,
        before=before,
        after=after,
        customers=tuple(sorted(customers, key=_greatest_first)),
        causes=_by_cause(customers),
        left_over=(
            (after.numerator or ZERO) - (before.numerator or ZERO) - explained[0],
            (after.denominator or ZERO) - (before.denominator or ZERO) - explained[1],
        ),
        settings_changed=settings_changes(earlier, later),
        code_changed=code_changes(earlier, later),
        shared_rows=tuple(shared),
    )


def _figure(con: duckdb.DuckDBPyConnection, database: str, question: MetricQuestion) -> Figure:
    row = con.execute(
        f"""
        select value::double, numerator::decimal(38, 2), denominator::decimal(38, 2)
        from {database}.marts.metrics
        where (metric, grain, period_start, dimension, member) = (?, ?, ?, ?, ?)
        """,  # noqa: S608
        question.key,
    ).fetchone()
    return Figure(*row) if row else Figure(None, None, None)


def _span(question: MetricQuestion, publication: Publication) -> Span:
    return span_of(question.metric, question.period, publication.until)


def _pairs(
    con: duckdb.DuckDBPyConnection,
    question: MetricQuestion,
    earlier: Publication,
    later: Publication,
) -> list[CustomerPair]:
    """Return the customers who differ; none where the metric is not made of customers."""
    if question.metric not in PARTS:
        return []
    return differing_customers(
        con,
        _span(question, earlier),
        _span(question, later),
        dimension=question.dimension,
        member=question.member,
    )


def _customer(
    pair: CustomerPair,
    question: MetricQuestion,
    *,
    before: Figure,
    after: Figure,
    rows: list[SourceChange],
    elsewhere: Cause,
) -> CustomerDifference:
    parts = PARTS[question.metric]
    was, now = figures_of(pair.before), figures_of(pair.after)
    numerator = parts.numerator(now) - parts.numerator(was)
    denominator = ZERO
    if parts.denominator is not None:
        denominator = parts.denominator(now) - parts.denominator(was)
    relevant = tuple(row for row in rows if _is_relevant(row, question.dimension))
    kinds: set[Cause] = {row.kind for row in relevant}
    cause = elsewhere if not kinds else kinds.pop() if len(kinds) == 1 else "several rows"
    return CustomerDifference(
        customer_id=pair.customer_id,
        before=pair.before,
        after=pair.after,
        numerator=numerator,
        denominator=denominator,
        effect=_effect(
            numerator, denominator, before, after, is_rate=parts.denominator is not None
        ),
        cause=cause,
        rows=relevant,
    )


def _effect(
    numerator: Decimal, denominator: Decimal, before: Figure, after: Figure, *, is_rate: bool
) -> Fraction | None:
    """Return the share of one part in the difference of the value.

    With n1/d1 before and n2/d2 after, n2/d2 - n1/d1 = sum of (dn - n1/d1 * dd) / d2 over all parts,
    exactly.
    """
    if not is_rate:
        return Fraction(numerator)
    if before.numerator is None or not before.denominator or not after.denominator:
        return None
    rate = Fraction(before.numerator) / Fraction(before.denominator)
    return (Fraction(numerator) - rate * Fraction(denominator)) / Fraction(after.denominator)


def _is_relevant(row: SourceChange, dimension: str) -> bool:
    """Tell whether a row can have moved the number: a customer's attributes move only segments."""
    if row.table != "customers" or row.kind != "corrected":
        return True
    return dimension in {column for column, _, _ in row.changes}


def _cause_elsewhere(
    question: MetricQuestion,
    earlier: Publication,
    later: Publication,
    shared: list[SourceChange],
) -> Cause:
    """Return what moved customers none of whose own rows changed."""
    settings = earlier.settings_fingerprint != later.settings_fingerprint
    code = earlier.code_version != later.code_version
    if settings and code:
        return "settings and code"
    if settings or code:
        return "settings" if settings else "code"
    if shared:
        return "shared rows"
    if _span(question, earlier) != _span(question, later) or earlier.until != later.until:
        return "more days"
    return "unexplained"


def _greatest_first(customer: CustomerDifference) -> tuple[Fraction, Decimal, str]:
    size = abs(customer.effect) if customer.effect is not None else Fraction(0)
    return -size, -abs(customer.numerator), customer.customer_id


def _by_cause(customers: tuple[CustomerDifference, ...]) -> tuple[CauseTotal, ...]:
    groups: dict[Cause, list[CustomerDifference]] = {}
    for customer in customers:
        groups.setdefault(customer.cause, []).append(customer)
    return tuple(_total(cause, members) for cause, members in sorted(groups.items()))


def _total(cause: Cause, members: list[CustomerDifference]) -> CauseTotal:
    effects = [member.effect for member in members if member.effect is not None]
    return CauseTotal(
        cause=cause,
        customers=len(members),
        numerator=sum((member.numerator for member in members), ZERO),
        denominator=sum((member.denominator for member in members), ZERO),
        effect=sum(effects, Fraction(0)) if len(effects) == len(members) else None,
    )


def _never_published(con: duckdb.DuckDBPyConnection, question: MetricQuestion) -> EbblineError:
    known = metrics_known(con) if has_history(con) else []
    metric, period = question.metric, question.period
    if metric not in known:
        return EbblineError(
            f"no metric is called {metric!r}", fix=f"known: {', '.join(known) or 'none yet'}"
        )
    return EbblineError(
        f"{metric} was never published for {period}, {question.dimension}={question.member}",
        fix="metrics lists the periods and segments there are",
    )
