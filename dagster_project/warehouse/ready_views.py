"""Views in every publication for people who look before they read: one row a month, nothing to choose.

``revenue_monthly`` and ``churn_monthly`` show the whole business, ``revenue_monthly_by_<dimension>`` its members;
finished months only. What happened in a month keeps its name and may be summed, over months and members. What
holds at an end of the month, and every rate, says so in its name, and rates stand only where a row is the whole
business. Nothing is computed here: each column is one of the period marts, described there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from dagster_project.metrics import CATALOGUE, Metric, Unit
from dagster_project.warehouse.introspection import columns_of
from dagster_project.warehouse.published_comments import Described, comments_of, write_comments
from dagster_project.warehouse.quoting import quote_identifier, quote_text

_DO_NOT_ADD = "Holds at one moment: choose one month, never add months."
_DO_NOT_AVERAGE = "A rate of this month alone: never add or average it."
_SUMMED = "summed"
_MOMENTS = ("at_month_start", _SUMMED, "of_month", "at_month_end")
_ENDS = ("_opening", "_closing")


@dataclass(frozen=True)
class _Column:
    """A column of a period mart under the name it has in a view.

    :ivar advice: what is said after its description.
    """

    source: str
    name: str
    advice: str = ""


_MONTH = _Column("period_start", "month")


def _columns_of(view: str) -> tuple[_Column, ...]:
    """Return the columns of a view as the catalogue has them: stocks and what happened between them, then rates."""
    found = [metric for metric in CATALOGUE.values() if view in metric.monthly]
    found.sort(
        key=lambda metric: (
            _is_rate(metric, view),
            _MOMENTS.index(metric.monthly[view]),
            metric.unit is Unit.MONEY,
        )
    )
    return tuple(_column(metric, view) for metric in found)


def _column(metric: Metric, view: str) -> _Column:
    moment = metric.monthly[view]
    if moment == _SUMMED:
        return _Column(metric.column, metric.column)
    if _is_rate(metric, view):
        return _Column(metric.column, f"{metric.column}_{moment}", _DO_NOT_AVERAGE)
    subject, _ = metric.column.rsplit("_", 1)
    return _Column(metric.column, f"{subject}_{moment}", _DO_NOT_ADD)


def _is_rate(metric: Metric, view: str) -> bool:
    """Whether it may neither be summed nor read as a stock: it stands only where a row is the whole business."""
    return metric.monthly[view] != _SUMMED and not metric.column.endswith(_ENDS)


def create_ready_views(con: duckdb.DuckDBPyConnection, database: str) -> None:
    """Create the views in a publication that is being written, as far as it has their marts.

    :param database: the name it is attached under, not quoted.
    """
    said = comments_of(con, database)
    whole = "dimension = 'all'"
    revenue, churn = _columns_of("revenue"), _columns_of("churn")
    by_member = (
        *(column for column in revenue if column.advice != _DO_NOT_AVERAGE),
        *_columns_of("revenue_by_member"),
    )
    if _has_columns(con, database, "mart_revenue_periods", (*revenue, *by_member)):
        _create(
            con, database, "revenue_monthly", "mart_revenue_periods", (_MONTH, *revenue),
            whole, said, "One row per finished month: MRR and customers of the whole business.",
        )  # fmt: skip
        for dimension in _dimensions(con, database):
            member = _Column("member", dimension)
            _create(
                con, database, f"revenue_monthly_by_{dimension}", "mart_revenue_periods",
                (_MONTH, member, *by_member), f"dimension = {quote_text(dimension)}", said,
                f"One row per finished month and {dimension}: MRR and customers. The members of a month add up to"
                " the whole business; a rate is the sum of what it counts by the sum of what it counts in.",
            )  # fmt: skip
    if _has_columns(con, database, "mart_churn_periods", churn):
        _create(
            con, database, "churn_monthly", "mart_churn_periods", (_MONTH, *churn), whole, said,
            "One row per finished month: who was lost, of the whole business.",
        )  # fmt: skip


def _has_columns(
    con: duckdb.DuckDBPyConnection, database: str, mart: str, columns: tuple[_Column, ...]
) -> bool:
    needed = {"grain", "is_complete", "dimension", *(column.source for column in columns)}
    return needed <= set(columns_of(con, "main", mart, database=database))


def _dimensions(con: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    rows = con.execute(
        f"select distinct dimension from {quote_identifier(database)}.main.mart_revenue_periods"  # noqa: S608
        " where dimension <> 'all' and dimension not like '%+%' order by 1"
    ).fetchall()
    return [name for (name,) in rows]


def _create(
    con: duckdb.DuckDBPyConnection,
    database: str,
    view: str,
    mart: str,
    columns: tuple[_Column, ...],
    rows: str,
    said: Mapping[str, Described],
    description: str,
) -> None:
    listed = ", ".join(f"{c.source} as {quote_identifier(c.name)}" for c in columns)
    # The mart by its bare name: whoever attaches the file calls the database as he likes.
    row = con.execute("select current_database()").fetchone()
    assert row is not None, "there is always one"
    con.execute(f"use {quote_identifier(database)}")
    try:
        con.execute(
            f"create view {quote_identifier(view)} as select {listed} from {quote_identifier(mart)} "  # noqa: S608
            f"where grain = 'month' and is_complete and {rows}"
        )
    finally:
        con.execute(f"use {quote_identifier(row[0])}")
    of_mart = said[mart].columns
    comments = {c.name: f"{of_mart.get(c.source, c.source)} {c.advice}".strip() for c in columns}
    write_comments(
        con, (database, "main", view), Described(description, {**comments, "month": "First day."}),
        kind="view",
    )  # fmt: skip
