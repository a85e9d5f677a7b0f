"""What somebody who looks before they read asks of the ready views is right, or cannot be asked."""

from collections.abc import Iterator

import duckdb
import pytest

from dagster_project.quality.contracts import mart_contracts
from dagster_project.warehouse.ready_views import create_ready_views

# Two countries over three months, of which the last still runs. MRR at the two ends of each month.
_MRR = {
    "2026-01-01": {"DE": (100, 130), "FR": (50, 40)},
    "2026-02-01": {"DE": (130, 120), "FR": (40, 60)},
}
_RUNNING = {"2026-03-01": {"DE": (120, 500), "FR": (60, 700)}}


def _rows() -> Iterator[tuple[object, ...]]:
    for months, is_complete in ((_MRR, True), (_RUNNING, False)):
        for month, members in months.items():
            whole = tuple(sum(ends) for ends in zip(*members.values(), strict=True))
            for dimension, member, (opening, closing) in [
                ("all", "all", whole),
                *(("country", name, ends) for name, ends in members.items()),
            ]:
                grains = ("month", "quarter") if month == "2026-01-01" else ("month",)
                for grain in grains:
                    up, down = max(closing - opening, 0), max(opening - closing, 0)
                    yield grain, month, is_complete, dimension, member, opening, up, down, closing


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """The views on marts with every column of their contract, attached under a name of the reader's own."""
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as mine")
        for mart in ("mart_revenue_periods", "mart_churn_periods"):
            columns = ", ".join(
                f"{name} {kind}" for name, kind in mart_contracts()[mart].columns.items()
            )
            con.execute(f"create table mine.{mart} ({columns})")
            con.execute(f"comment on column mine.{mart}.mrr_closing is 'MRR at closing.'")
            con.executemany(
                f"insert into mine.{mart} (grain, period_start, is_complete, dimension, member,"
                " mrr_opening, mrr_expansion, mrr_contraction, mrr_closing)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                list(_rows()),
            )
        create_ready_views(con, "mine")
        # A table of the reader's own under the mart's name does not get into a view.
        con.execute("create table mart_revenue_periods as select 1 as x")
        yield con


def _asked(con: duckdb.DuckDBPyConnection, question: str) -> object:
    row = con.execute(question).fetchone()
    assert row is not None
    return row[0]


def test_there_are_views_of_the_whole_and_of_each_dimension(
    con: duckdb.DuckDBPyConnection,
) -> None:
    views = con.execute(
        "select view_name from duckdb_views() where database_name = 'mine' order by 1"
    ).fetchall()
    assert [name for (name,) in views] == [
        "churn_monthly",
        "churn_now",
        "revenue_monthly",
        "revenue_monthly_by_country",
        "revenue_now",
        "revenue_now_by_country",
    ]


def test_each_month_is_one_row_and_the_running_one_is_none(con: duckdb.DuckDBPyConnection) -> None:
    months = con.execute("select month::varchar from mine.revenue_monthly order by 1").fetchall()
    now = con.execute("select month::varchar from mine.revenue_now").fetchall()
    assert (months, now) == ([("2026-01-01",), ("2026-02-01",)], [("2026-02-01",)])


def test_every_number_of_every_month_may_be_summed_over_everything(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """Nothing that holds at a moment and no rate is among them: a sum is what happened."""
    found = con.execute(
        "select table_name, column_name from duckdb_columns() join duckdb_views() on view_name = table_name"
        " where duckdb_columns.database_name = 'mine' and table_name like '%monthly%'"
        " and data_type not in ('DATE', 'VARCHAR') order by all"
    ).fetchall()
    wrong = []
    for view, column in found:
        mart = "mart_churn_periods" if view == "churn_monthly" else "mart_revenue_periods"
        rows = "dimension <> 'all'" if "_by_" in view else "dimension = 'all'"
        what = column.removesuffix("_change")
        true = f"{what}_closing - {what}_opening" if what != column else column
        is_stock_or_rate = column.endswith(("_opening", "_closing", "_rate", "_12m", "ltv", "arpa"))
        asked = _asked(con, f"select sum({column}) from mine.{view}")
        expected = _asked(
            con,
            f"select sum({true}) from mine.{mart} where grain = 'month' and is_complete and {rows}",
        )
        if is_stock_or_rate or asked != expected:
            wrong.append((view, column))
    assert (len(found) > 25, wrong) == (True, [])


@pytest.mark.parametrize(
    ("careless", "right"),
    [
        # MRR at the end of February is 180, wherever and however somebody adds it up.
        ("select sum(mrr_at_month_end) from mine.revenue_now", 180),
        ("select sum(mrr_at_month_end) from mine.revenue_now_by_country", 180),
        ("select max(mrr_at_month_end) from mine.revenue_now_by_country", 120),
        ("select mrr_at_month_end from mine.revenue_now where month >= '2026-01-01'", 180),
        ("select sum(mrr_change) + 150 from mine.revenue_monthly", 180),
        ("select sum(mrr_change) + 150 from mine.revenue_monthly_by_country", 180),
        ("select sum(mrr_change) + 100 from mine.revenue_monthly_by_country where country = 'DE'", 120),
        ("select sum(mrr_expansion - mrr_contraction) from mine.revenue_monthly", 30),
        (
            "select sum(mrr_contraction) from mine.revenue_monthly_by_country where month >= '2026-02-01'",
            10,
        ),
        ("select count(*) from mine.churn_monthly", 2),
        ("select count(distinct country) from mine.revenue_monthly_by_country", 2),
    ],
)  # fmt: skip
def test_a_question_without_a_thought_of_grain_or_dimension_is_answered_rightly(
    con: duckdb.DuckDBPyConnection, careless: str, right: int
) -> None:
    assert _asked(con, careless) == right


def test_what_holds_at_a_moment_and_every_rate_is_of_one_month_and_one_row_of_a_member(
    con: duckdb.DuckDBPyConnection,
) -> None:
    counted = con.execute(
        "select (select count(*) from mine.revenue_now), (select count(*) from mine.churn_now),"
        " (select count(*) - count(distinct country) from mine.revenue_now_by_country)"
    ).fetchone()
    by_member = con.execute(
        "select distinct data_type from duckdb_columns()"
        " where database_name = 'mine' and table_name like '%_by_country'"
    ).fetchall()
    assert (counted, ("DOUBLE",) in by_member) == ((1, 1, 0), False)


def test_no_view_has_the_whole_among_its_members_or_a_grain_to_choose(
    con: duckdb.DuckDBPyConnection,
) -> None:
    members = con.execute("select distinct country from mine.revenue_monthly_by_country order by 1")
    assert members.fetchall() == [("DE",), ("FR",)]


def test_every_column_of_a_view_says_what_it_means(con: duckdb.DuckDBPyConnection) -> None:
    said = _asked(
        con,
        "select comment from duckdb_columns() where table_name = 'revenue_now'"
        " and column_name = 'mrr_at_month_end'",
    )
    silent = con.execute(
        "select table_name, column_name from duckdb_columns() join duckdb_views() on view_name = table_name"
        " where duckdb_columns.database_name = 'mine' and duckdb_columns.comment is null"
    ).fetchall()
    assert (said, silent) == ("MRR at closing.", [])


def test_a_publication_without_the_period_marts_has_no_views() -> None:
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as bare")
        con.execute("create table bare.metrics as select 1 as x")
        create_ready_views(con, "bare")
        assert con.execute("select * from duckdb_views() where not internal").fetchall() == []
