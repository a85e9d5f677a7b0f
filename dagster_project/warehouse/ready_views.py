"""Views in every publication for people who look before they read: nothing to choose, and no sum that is wrong.

``revenue_monthly`` and ``churn_monthly`` have one row a finished month of the whole business,
``revenue_monthly_by_<dimension>`` one a month and member, and only what happened in it: whatever is summed, over months
or members, is the sum of what happened. What holds at a moment, and every rate, stands in a view of the newest
finished month alone (``revenue_now``, ``churn_now``, ``revenue_now_by_<dimension>``), where there is nothing to add it
to. Nothing is computed here: each column is one of the period marts, described there, or the difference of two.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from dagster_project.metrics import CATALOGUE, Metric, Unit
from dagster_project.warehouse.introspection import columns_of
from dagster_project.warehouse.published_comments import Described, comments_of, write_comments
from dagster_project.warehouse.quoting import quote_identifier, quote_text

_SUMMED = "summed"
_MOMENTS = ("at_month_start", _SUMMED, "of_month", "at_month_end")
_ENDS = ("_opening", "_closing")


@dataclass(frozen=True)
class _Column:
    """A column of a view.

    :ivar source: the column of the period mart, or two of them, of which the second is taken from the first.
    :ivar said: what it means, where the mart does not say it.
    """

    source: str
    name: str
    said: str = ""

    @property
    def needs(self) -> set[str]:
        """The columns of the mart that it is made of."""
        return set(self.source.split(" - "))


_MONTH = _Column("period_start", "month", "First day of the month.")
_CHANGES = tuple(
    _Column(
        f"{what}_closing - {what}_opening",
        f"{what}_change",
        f"{label} at the end of the month less that at its beginning; summed from the first month on, that at the end.",
    )
    for what, label in (("customers", "Customers"), ("mrr", "MRR"))
)


def _columns_of(view: str, *, summed: bool) -> tuple[_Column, ...]:
    """Return the columns of a view as the catalogue has them: what may be summed, or stocks and then rates."""
    found = [
        metric
        for metric in CATALOGUE.values()
        if view in metric.monthly and (metric.monthly[view] == _SUMMED) is summed
    ]
    found.sort(
        key=lambda metric: (
            not metric.column.endswith(_ENDS),
            _MOMENTS.index(metric.monthly[view]),
            metric.unit is Unit.MONEY,
        )
    )
    return tuple(_column(metric, metric.monthly[view]) for metric in found)


def _column(metric: Metric, moment: str) -> _Column:
    if moment == _SUMMED:
        return _Column(metric.column, metric.column)
    is_stock = metric.column.endswith(_ENDS)
    subject = metric.column.rsplit("_", 1)[0] if is_stock else metric.column
    return _Column(metric.column, f"{subject}_{moment}")


@dataclass(frozen=True)
class _View:
    """A view: its mart, what is chosen of it, and what it says of itself."""

    name: str
    mart: str
    dimension: str
    columns: tuple[_Column, ...]
    description: str
    is_newest_alone: bool = False


def create_ready_views(con: duckdb.DuckDBPyConnection, database: str) -> None:
    """Create the views in a publication that is being written, as far as it has their marts.

    :param database: the name it is attached under, not quoted.
    """
    said = comments_of(con, database)
    for view in [*_of_the_whole(), *_of_members(_dimensions(con, database))]:
        if _has_columns(con, database, view):
            _create(con, database, view, said)


def _of_the_whole() -> Iterator[_View]:
    revenue, churn = "mart_revenue_periods", "mart_churn_periods"
    yield _View(
        "revenue_monthly", revenue, "all", (_MONTH, *_columns_of("revenue", summed=True), *_CHANGES),
        "One row per finished month: what happened to MRR and customers of the whole business.",
    )  # fmt: skip
    yield _View(
        "revenue_now", revenue, "all", (_MONTH, *_columns_of("revenue", summed=False)),
        "One row: MRR, customers and rates of the whole business in the newest finished month.",
        is_newest_alone=True,
    )  # fmt: skip
    yield _View(
        "churn_monthly", churn, "all", (_MONTH, *_columns_of("churn", summed=True)),
        "One row per finished month: who was lost, of the whole business.",
    )  # fmt: skip
    yield _View(
        "churn_now", churn, "all", (_MONTH, *_columns_of("churn", summed=False)),
        "One row: the rates of loss of the whole business in the newest finished month.",
        is_newest_alone=True,
    )  # fmt: skip


def _of_members(dimensions: Sequence[str]) -> Iterator[_View]:
    happened = (
        *_columns_of("revenue", summed=True), *_columns_of("revenue_by_member", summed=True), *_CHANGES,
    )  # fmt: skip
    stocks = tuple(
        column for column in _columns_of("revenue", summed=False) if column.source.endswith(_ENDS)
    )
    for dimension in dimensions:
        member = _Column("member", dimension)
        yield _View(
            f"revenue_monthly_by_{dimension}", "mart_revenue_periods", dimension,
            (_MONTH, member, *happened),
            f"One row per finished month and {dimension}: what happened to MRR and customers. The members of a month"
            " add up to the whole business.",
        )  # fmt: skip
        yield _View(
            f"revenue_now_by_{dimension}", "mart_revenue_periods", dimension,
            (_MONTH, member, *stocks),
            f"One row per {dimension}: MRR and customers in the newest finished month. The members add up to the whole"
            " business.",
            is_newest_alone=True,
        )  # fmt: skip


def _has_columns(con: duckdb.DuckDBPyConnection, database: str, view: _View) -> bool:
    needed = {"grain", "is_complete", "dimension"}.union(*(one.needs for one in view.columns))
    return needed <= set(columns_of(con, "main", view.mart, database=database))


def _dimensions(con: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    if not columns_of(con, "main", "mart_revenue_periods", database=database):
        return []
    rows = con.execute(
        f"select distinct dimension from {quote_identifier(database)}.main.mart_revenue_periods"  # noqa: S608
        " where dimension <> 'all' and dimension not like '%+%' order by 1"
    ).fetchall()
    return [name for (name,) in rows]


def _create(
    con: duckdb.DuckDBPyConnection, database: str, view: _View, said: Mapping[str, Described]
) -> None:
    listed = ", ".join(f"{c.source} as {quote_identifier(c.name)}" for c in view.columns)
    mart = quote_identifier(view.mart)
    finished = f"grain = 'month' and is_complete and dimension = {quote_text(view.dimension)}"
    newest = (
        f" and period_start = (select max(period_start) from {mart} where {finished})"  # noqa: S608 - own names
        if view.is_newest_alone
        else ""
    )
    # The mart by its bare name: whoever attaches the file names the database.
    row = con.execute("select current_database()").fetchone()
    assert row is not None, "there is always one"
    con.execute(f"use {quote_identifier(database)}")
    try:
        con.execute(
            f"create view {quote_identifier(view.name)} as select {listed} from {mart} where {finished}{newest}"  # noqa: S608
        )
    finally:
        con.execute(f"use {quote_identifier(row[0])}")
    of_mart = said[view.mart].columns
    comments = {one.name: one.said or of_mart.get(one.source, one.source) for one in view.columns}
    write_comments(
        con, (database, "main", view.name), Described(view.description, comments), kind="view"
    )
