"""What lies between a number in two publications: customers, source rows, settings or code.

The parts add up to the difference exactly, in every sum the number is made of; what belongs to no customer
is said to be left over. What a customer adds to a number is in ``decomposition``, how the sums share the
difference in ``attribution``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

import duckdb

from dagster_project.numbers.metric_value import ZERO, MetricValue, published_value
from dagster_project.numbers.provenance import SettingChange, code_changes, settings_changes
from dagster_project.numbers.purchases import PURCHASE_FORMULAS
from dagster_project.numbers.question import MetricQuestion
from dagster_project.numbers.why.attribution import DENOMINATOR, NUMERATOR, Rest
from dagster_project.numbers.why.decomposition import (
    MOVEMENTS,
    ContributionChange,
    Decomposition,
    Side,
    closing_on,
    decompose,
    mart_of,
    source_tables,
    summed,
)
from dagster_project.numbers.why.source_changes import (
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
from dagster_project.warehouse.publication_record import Publication, select_publications

Cause = Literal[
    "new", "late", "corrected", "deleted", "several rows", "shared rows",
    "source table", "more days", "settings", "code", "settings and code", "unexplained",
]  # fmt: skip


@dataclass(frozen=True)
class CustomerDifference:
    """What one customer adds to the difference.

    :ivar before, after: what it adds in each publication, by component.
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
    before: MetricValue
    after: MetricValue
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


def difference_of(
    con: duckdb.DuckDBPyConnection, warehouse: duckdb.DuckDBPyConnection, question: MetricQuestion
) -> Difference:
    """Explain the difference of one number between two publications.

    :param con: a connection with the two attached as ``earlier`` and ``later``.
    :param warehouse: the working database, which has the source rows.
    """
    before, after = _side(con, "earlier", question), _side(con, "later", question)
    earlier, later = before.publication, after.publication
    decomposed = decompose(con, question, before, after)
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
        [customer.customer_id for customer in decomposed.customers],
        tables=_tables(con, question, counted_from),
        covered=covered,
    )
    shared = shared_changes(warehouse, loads, covered=covered)
    elsewhere = _cause_elsewhere(earlier, later, shared, counted_from)
    customers = tuple(
        _customer(
            customer,
            effect=decomposed.attribution.effect(customer.changes),
            rows=[row for row in rows.get(customer.customer_id, []) if _is_relevant(row, question)],
            elsewhere=elsewhere,
        )
        for customer in decomposed.customers
    )
    return Difference(
        earlier=earlier,
        later=later,
        before=before.published,
        after=after.published,
        components=_components(decomposed),
        customers=tuple(sorted(customers, key=_greatest_first)),
        causes=_by_cause(customers),
        rests=decomposed.attribution.rests,
        left_over=_left_over(decomposed),
        settings_changed=settings_changes(earlier, later),
        code_changed=code_changes(earlier, later),
        shared_rows=tuple(shared),
        notes=(*_lacking_notes(decomposed), *counted_from.notes),
    )


def _side(con: duckdb.DuckDBPyConnection, database: str, question: MetricQuestion) -> Side:
    publication = select_publications(con, f"{database}.marts.publication")[0]
    return Side(database, publication, published_value(con, database, question))


def _components(decomposed: Decomposition) -> tuple[ComponentDifference, ...]:
    explained = summed(customer.changes for customer in decomposed.customers)
    return tuple(
        ComponentDifference(
            component.name,
            component.before,
            component.after,
            component.change - explained.get(component.name, ZERO),
        )
        for component in decomposed.attribution.components
    )


def _left_over(decomposed: Decomposition) -> tuple[Fraction, Fraction]:
    left = {component.name: component.left_over for component in _components(decomposed)}
    if NUMERATOR in left:
        return Fraction(left[NUMERATOR]), Fraction(left.get(DENOMINATOR, ZERO))
    effect = decomposed.attribution.effect(left)
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
    if question.metric not in PURCHASE_FORMULAS:
        return tables_behind(counted_from.all, RECURRING_TABLES)
    tables = tables_behind(counted_from.all, PURCHASE_TABLES)
    if "plan" not in question.dimension.split("+"):
        return tables
    # The plan held when the period closes is of the recurring side.
    return {**tables_behind(_counted_from(con, MOVEMENTS).all, RECURRING_TABLES), **tables}


def _lacking_notes(decomposed: Decomposition) -> tuple[str, ...]:
    return tuple(
        f"publication {publication} was made by older code, without {', '.join(columns)}:"
        " its customers cannot be told"
        for publication, columns in decomposed.lacking
    )


def _customer(
    customer: ContributionChange,
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
