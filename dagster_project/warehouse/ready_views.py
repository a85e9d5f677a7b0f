"""Views in every publication for people who look before they read: one row a month, nothing to choose.

``revenue_monthly`` and ``churn_monthly`` show the whole business, ``revenue_monthly_by_<dimension>`` its members;
finished months only. What happened in a month keeps its name and may be summed, over months and members. What
holds at an end of the month, and every rate, says so in its name, and rates stand only where a row is the whole
business. Nothing is computed here: each column is one of the period marts, described there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from dagster_project.warehouse.introspection import columns_of
from dagster_project.warehouse.published_comments import Described, comments_of, write_comments
from dagster_project.warehouse.quoting import quote_identifier, quote_text

_FLOWS = (
    "customers_new", "customers_reactivated", "customers_lost", "mrr_new", "mrr_reactivation",
    "mrr_expansion", "mrr_contraction", "mrr_churn", "fx",
)  # fmt: skip
_AT_START = ("customers_opening", "mrr_opening")
_AT_END = ("customers_closing", "mrr_closing")
_OF_MONTH = (
    "churn_rate", "retention_rate", "mrr_churn_rate", "ndr", "grr", "quick_ratio",
)  # fmt: skip
_AS_OF_END = ("ndr_12m", "grr_12m", "arpa", "ltv")
_LOST = (
    "customers_lost", "customers_lost_voluntary", "customers_lost_involuntary", "mrr_churn",
    "mrr_churn_voluntary", "mrr_churn_involuntary",
)  # fmt: skip
_DO_NOT_ADD = "Holds at one moment: choose one month, never add months."
_DO_NOT_AVERAGE = "A rate of this month alone: never add or average it."


@dataclass(frozen=True)
class _Column:
    """A column of a period mart under the name it has in a view.

    :ivar advice: what is said after its description.
    """

    source: str
    name: str
    advice: str = ""


def _flow(name: str) -> _Column:
    return _Column(name, name)


def _stock(name: str) -> _Column:
    subject, end = name.rsplit("_", 1)
    moment = {"opening": "at_month_start", "closing": "at_month_end"}[end]
    return _Column(name, f"{subject}_{moment}", _DO_NOT_ADD)


_MONTH = _Column("period_start", "month")
_REVENUE = (
    *map(_stock, _AT_START),
    *map(_flow, _FLOWS),
    *map(_stock, _AT_END),
)
_RATES = (
    *(_Column(name, f"{name}_of_month", _DO_NOT_AVERAGE) for name in _OF_MONTH),
    *(_Column(name, f"{name}_at_month_end", _DO_NOT_AVERAGE) for name in _AS_OF_END),
)
_CHURN = (
    *map(_stock, _AT_START),
    *map(_flow, _LOST),
    *(
        _Column(name, f"{name}_of_month", _DO_NOT_AVERAGE)
        for name in ("churn_rate", "retention_rate", "mrr_churn_rate")
    ),
)
_TRANSFERS = (_flow("transfer_in"), _flow("transfer_out"))


def create_ready_views(con: duckdb.DuckDBPyConnection, database: str) -> None:
    """Create the views in a publication that is being written, as far as it has their marts.

    :param database: the name it is attached under, not quoted.
    """
    said = comments_of(con, database)
    whole = "dimension = 'all'"
    if _has_columns(con, database, "mart_revenue_periods", (*_REVENUE, *_RATES, *_TRANSFERS)):
        _create(
            con, database, "revenue_monthly", "mart_revenue_periods", (_MONTH, *_REVENUE, *_RATES),
            whole, said, "One row per finished month: MRR and customers of the whole business.",
        )  # fmt: skip
        for dimension in _dimensions(con, database):
            member = _Column("member", dimension)
            _create(
                con, database, f"revenue_monthly_by_{dimension}", "mart_revenue_periods",
                (_MONTH, member, *_REVENUE, *_TRANSFERS), f"dimension = {quote_text(dimension)}", said,
                f"One row per finished month and {dimension}: MRR and customers. The members of a month add up to"
                " the whole business; a rate is the sum of what it counts by the sum of what it counts in.",
            )  # fmt: skip
    if _has_columns(con, database, "mart_churn_periods", _CHURN):
        _create(
            con, database, "churn_monthly", "mart_churn_periods", (_MONTH, *_CHURN), whole, said,
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
