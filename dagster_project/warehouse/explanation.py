"""Why a published number is another one today: customers, source rows, settings or code.

The difference between two publications is taken apart by customer so that the parts add up to it
exactly, in every sum the number is made of; what cannot be laid to a customer is said to be left
over. The history of a number is in ``history``; what a customer adds to a number in ``taken_apart``;
how the sums share the difference in ``attribution``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

import duckdb

from dagster_project.errors import EbblineError
from dagster_project.warehouse.attribution import DENOMINATOR, NUMERATOR, Rest
from dagster_project.warehouse.comparison import (
    SettingChange,
    both_attached,
    code_changes,
    settings_changes,
)
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.contributions import ZERO
from dagster_project.warehouse.history import Version, has_history, versions_of
from dagster_project.warehouse.known_figures import in_words, published_periods, require_known
from dagster_project.warehouse.metric_question import MetricQuestion, parse_period, parse_segment
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication import publication_file
from dagster_project.warehouse.publication_record import Publication, select_publications
from dagster_project.warehouse.published_figure import Figure, published_figure
from dagster_project.warehouse.purchase_contributions import PURCHASE_PARTS
from dagster_project.warehouse.source_changes import (
    PURCHASE_TABLES,
    RECURRING_TABLES,
    Covered,
    LoadRange,
    SourceChange,
    Tables,
    customer_changes,
    shared_changes,
    tables_behind,
)
from dagster_project.warehouse.taken_apart import (
    MOVEMENTS,
    CustomerParts,
    Side,
    TakenApart,
    closing_on,
    mart_of,
    source_tables,
    summed,
    taken_apart,
)

Cause = Literal[
    "new", "late", "corrected", "deleted", "several rows", "shared rows",
    "source table", "more days", "settings", "code", "settings and code", "unexplained",
]  # fmt: skip


@dataclass(frozen=True)
class CustomerDifference:
    """What one customer adds to the difference.

    :ivar before, after: what he adds in each publication, by component.
    :ivar changes: later - earlier, by component.
    :ivar effect: the share in the difference of the value (a fraction for a rate, money or
        customers for an amount); the effects of all customers and the rests add up to it. None
        where there is no value in one of the two.
    """

    customer_id: str
    before: Mapping[str, Decimal]
    after: Mapping[str, Decimal]
    changes: Mapping[str, Decimal]
    effect: Fraction | None
    cause: Cause
    rows: tuple[SourceChange, ...]


@dataclass(frozen=True)
class CauseTotal:
    """All customers with one cause, and what they add up to."""

    cause: Cause
    customers: int
    changes: Mapping[str, Decimal]
    effect: Fraction | None


@dataclass(frozen=True)
class ComponentDifference:
    """One of the sums a number is made of, as published earlier and later.

    :ivar name: ``numerator`` and ``denominator``; of a lifetime value the sums it is made of.
    :ivar left_over: what no customer accounts for of later - earlier.
    """

    name: str
    before: Decimal
    after: Decimal
    left_over: Decimal


@dataclass(frozen=True)
class Difference:
    """A number in two publications, and everything that lies between.

    :ivar components: what the number is made of; each is a sum over customers.
    :ivar customers: those who made a difference, the greatest effect first.
    :ivar causes: the same by cause.
    :ivar rests: what lies in no customer: a setting that is a factor, the rounding to the cent.
    :ivar left_over: numerator and denominator that no customer accounts for; (0, 0) where the parts
        add up, which they do for every metric. A lifetime value has no such sums of its own: the
        first is what its components leave over, in money, or their plain sum where there is no value
        in one of the two.
    :ivar settings_changed, code_changed: what else differs; numbers were made with it.
    :ivar shared_rows: changed rows that belong to no single customer (plans, products).
    :ivar notes: what else a reader must know, as sentences: purchases that are counted from another
        table now, a publication of older code that does not tell its customers.
    """

    earlier: Publication
    later: Publication
    before: Figure
    after: Figure
    components: tuple[ComponentDifference, ...]
    customers: tuple[CustomerDifference, ...]
    causes: tuple[CauseTotal, ...]
    rests: tuple[Rest, ...]
    left_over: tuple[Fraction, Fraction]
    settings_changed: tuple[SettingChange, ...]
    code_changed: tuple[str, ...]
    shared_rows: tuple[SourceChange, ...]
    notes: tuple[str, ...] = ()

    @property
    def has_effects(self) -> bool:
        """Whether the parts have effects: a rate needs a value in both."""
        return all(customer.effect is not None for customer in self.customers)


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
    kept = sorted(paths.publication_files())
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
    before, after = _side(con, "earlier", question), _side(con, "later", question)
    earlier, later = before.publication, after.publication
    apart = taken_apart(con, question, before, after)
    loads = LoadRange(*sorted((earlier.highest_load_id, later.highest_load_id)))
    covered = Covered(
        until=earlier.until,
        before=max(closing_on(question, earlier), closing_on(question, later)),
        zone=ZoneInfo(later.settings["calendar"]["timezone"]),
    )
    counted_from = _counted_from(con, mart_of(question.metric))
    rows = customer_changes(
        warehouse,
        loads,
        [customer.customer_id for customer in apart.customers],
        tables=_tables(con, question, counted_from),
        covered=covered,
    )
    shared = shared_changes(warehouse, loads, covered=covered)
    elsewhere = _cause_elsewhere(question, earlier, later, shared, counted_from)
    customers = tuple(
        _customer(
            customer,
            effect=apart.attribution.effect(customer.changes),
            rows=[row for row in rows.get(customer.customer_id, []) if _is_relevant(row, question)],
            elsewhere=elsewhere,
        )
        for customer in apart.customers
    )
    return Difference(
        earlier=earlier,
        later=later,
        before=before.published,
        after=after.published,
        components=_components(apart),
        customers=tuple(sorted(customers, key=_greatest_first)),
        causes=_by_cause(customers),
        rests=apart.attribution.rests,
        left_over=_left_over(apart),
        settings_changed=settings_changes(earlier, later),
        code_changed=code_changes(earlier, later),
        shared_rows=tuple(shared),
        notes=(*_lacking_notes(apart), *counted_from.notes),
    )


def _side(con: duckdb.DuckDBPyConnection, database: str, question: MetricQuestion) -> Side:
    publication = select_publications(con, f"{database}.marts.publication")[0]
    return Side(database, publication, published_figure(con, database, question))


def _components(apart: TakenApart) -> tuple[ComponentDifference, ...]:
    explained = summed(customer.changes for customer in apart.customers)
    return tuple(
        ComponentDifference(
            component.name,
            component.before,
            component.after,
            component.change - explained.get(component.name, ZERO),
        )
        for component in apart.attribution.components
    )


def _left_over(apart: TakenApart) -> tuple[Fraction, Fraction]:
    left = {component.name: component.left_over for component in _components(apart)}
    if NUMERATOR in left:
        return Fraction(left[NUMERATOR]), Fraction(left.get(DENOMINATOR, ZERO))
    effect = apart.attribution.effect(left)
    plain = sum((abs(amount) for amount in left.values()), ZERO)
    return (Fraction(plain) if effect is None else effect), Fraction(0)


@dataclass(frozen=True)
class _CountedFrom:
    """The raw tables that recurring revenue, or purchases, are counted from."""

    before: frozenset[str]
    after: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Return those of either publication."""
        return self.before | self.after

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a reader must know of it: that they were counted from something else before."""
        if not self.before or not self.after or self.before == self.after:
            return ()
        was, now = (" and ".join(sorted(tables)) for tables in (self.before, self.after))
        return (f"counted from {now}, no longer from {was}",)


def _counted_from(con: duckdb.DuckDBPyConnection, mart: str) -> _CountedFrom:
    return _CountedFrom(*(source_tables(con, name, mart) for name in ("earlier", "later")))


def _tables(
    con: duckdb.DuckDBPyConnection, question: MetricQuestion, counted_from: _CountedFrom
) -> Tables:
    """Return the tables whose rows can move a number."""
    if question.metric not in PURCHASE_PARTS:
        return tables_behind(counted_from.all, RECURRING_TABLES)
    tables = tables_behind(counted_from.all, PURCHASE_TABLES)
    if question.dimension != "plan":
        return tables
    # The plan held when the period closes is of the recurring side.
    return {**tables_behind(_counted_from(con, MOVEMENTS).all, RECURRING_TABLES), **tables}


def _lacking_notes(apart: TakenApart) -> tuple[str, ...]:
    return tuple(
        f"publication {publication} was made by older code, without {', '.join(columns)}:"
        " its customers cannot be told"
        for publication, columns in apart.lacking
    )


def _customer(
    customer: CustomerParts,
    *,
    effect: Fraction | None,
    rows: list[SourceChange],
    elsewhere: Cause,
) -> CustomerDifference:
    kinds: set[Cause] = {row.kind for row in rows}
    cause = elsewhere if not kinds else kinds.pop() if len(kinds) == 1 else "several rows"
    return CustomerDifference(
        customer_id=customer.customer_id,
        before=customer.before,
        after=customer.after,
        changes=customer.changes,
        effect=effect,
        cause=cause,
        rows=tuple(rows),
    )


def _is_relevant(row: SourceChange, question: MetricQuestion) -> bool:
    """Tell whether a row can have moved the number: a customer's attributes move only segments."""
    if row.table != "customers" or row.kind != "corrected":
        return True
    return question.dimension in {column for column, _, _ in row.changes}


def _cause_elsewhere(
    question: MetricQuestion,
    earlier: Publication,
    later: Publication,
    shared: list[SourceChange],
    counted_from: _CountedFrom,
) -> Cause:
    """Return what moved customers none of whose own rows changed."""
    settings = earlier.settings_fingerprint != later.settings_fingerprint
    code = earlier.code_version != later.code_version
    if settings and code:
        return "settings and code"
    if settings or code:
        return "settings" if settings else "code"
    if counted_from.notes:
        return "source table"
    if shared:
        return "shared rows"
    if earlier.until != later.until:
        return "more days"
    return "unexplained"


def _greatest_first(customer: CustomerDifference) -> tuple[Fraction, Decimal, str]:
    size = abs(customer.effect) if customer.effect is not None else Fraction(0)
    changed = sum((abs(amount) for amount in customer.changes.values()), ZERO)
    return -size, -changed, customer.customer_id


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
        changes=summed(member.changes for member in members),
        effect=sum(effects, Fraction(0)) if len(effects) == len(members) else None,
    )


def _never_published(con: duckdb.DuckDBPyConnection, question: MetricQuestion) -> EbblineError:
    if not has_history(con):
        return EbblineError("nothing has been published yet", fix="run `ebbline run`")
    table = "ops.metric_versions"
    require_known(con, table, question)
    periods = published_periods(con, table, question, of_segment=True)
    return EbblineError(
        f"{question.metric} of {question.dimension}={question.member} was never published for"
        f" {question.period}",
        fix=f"known: {in_words(periods)}",
    )
