"""``marts.duckdb`` opens like any other file: bare, two-part and attached names, and a word on every column."""

from collections.abc import Iterator
from pathlib import Path

import adbc_driver_duckdb
import adbc_driver_manager.dbapi
import duckdb
import ibis
import pandas as pd  # type: ignore[import-untyped]
import polars
import pytest
import sqlalchemy

from dagster_project.numbers.diff import diff
from dagster_project.red_lines import record, record_restatements
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication import rollback
from dagster_project.warehouse.published_comments import OWN_TABLES
from dagster_project.warehouse.serving import open_marts
from tests.integration.warehouse.hand_made import clock_at, publish_state, settings_for, state_in

NAMES = ["mart_revenue_periods", "marts.mart_revenue_periods", "marts.main.mart_revenue_periods"]


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The marts file of a small warehouse."""
    root = tmp_path_factory.mktemp("warehouse")
    publish_state(root, 1)
    return root / "marts.duckdb"


@pytest.fixture(params=NAMES)
def question(request: pytest.FixtureRequest) -> str:
    return f"select count(*) as months from {request.param}"


def test_duckdb_finds_a_mart_by_each_of_its_names(marts: Path, question: str) -> None:
    with duckdb.connect(str(marts), read_only=True) as con:
        assert con.execute(question).fetchall() == [(12,)]


def test_sqlalchemy_finds_a_mart_by_each_of_its_names(marts: Path, question: str) -> None:
    engine = sqlalchemy.create_engine(
        f"duckdb:///{marts}", connect_args={"read_only": True}, poolclass=sqlalchemy.NullPool
    )
    with engine.connect() as con:
        assert con.execute(sqlalchemy.text(question)).scalar_one() == 12


def test_pandas_finds_a_mart_by_each_of_its_names(marts: Path, question: str) -> None:
    engine = sqlalchemy.create_engine(
        f"duckdb:///{marts}", connect_args={"read_only": True}, poolclass=sqlalchemy.NullPool
    )
    with engine.connect() as con:
        assert pd.read_sql(question, con)["months"].tolist() == [12]


def test_ibis_finds_a_mart_by_each_of_its_names(marts: Path, question: str) -> None:
    con = ibis.duckdb.connect(str(marts), read_only=True)
    assert con.sql(question).execute()["months"].tolist() == [12]
    con.disconnect()


@pytest.mark.parametrize("database", [None, "main", "marts"])
def test_ibis_takes_a_mart_for_a_table(marts: Path, database: str | None) -> None:
    con = ibis.duckdb.connect(str(marts), read_only=True)
    table = con.table("mart_revenue_periods", database=database)
    assert table.filter(table.grain == "month").count().execute() == 12
    con.disconnect()


def test_polars_finds_a_mart_by_each_of_its_names(marts: Path, question: str) -> None:
    with duckdb.connect(str(marts), read_only=True) as con:
        assert polars.read_database(question, con)["months"].to_list() == [12]


def test_adbc_finds_a_mart_by_each_of_its_names(marts: Path, question: str) -> None:
    options = {"path": str(marts), "access_mode": "read_only"}
    with (
        adbc_driver_manager.dbapi.connect(
            driver=adbc_driver_duckdb.driver_path(),
            entrypoint="duckdb_adbc_init",
            db_kwargs=options,
        ) as con,
        con.cursor() as cursor,
    ):
        cursor.execute(question)
        assert cursor.fetch_arrow_table()["months"].to_pylist() == [12]


def test_sqlalchemy_lists_the_marts(marts: Path) -> None:
    engine = sqlalchemy.create_engine(
        f"duckdb:///{marts}", connect_args={"read_only": True}, poolclass=sqlalchemy.NullPool
    )
    assert "mart_revenue_periods" in sqlalchemy.inspect(engine).get_table_names()
    engine.dispose()


@pytest.mark.parametrize("name", ["published", "retention", "marts"])
def test_a_mart_is_found_under_any_name_that_the_file_is_attached_as(
    marts: Path, name: str
) -> None:
    with duckdb.connect() as con:
        con.execute(f"attach '{marts}' as {name} (read_only)")
        found = con.execute(f"select count(*) from {name}.mart_revenue_periods")
        assert found.fetchall() == [(12,)]


def test_a_kept_publication_opens_in_the_same_way(marts: Path) -> None:
    with duckdb.connect(
        str(marts.parent / "publications" / "000001.duckdb"), read_only=True
    ) as con:
        assert con.execute('select count(*) from "000001".metrics').fetchall() == [(12,)]


@pytest.fixture
def older(tmp_path: Path) -> Iterator[WarehousePaths]:
    """A warehouse whose first publication has its marts in a schema ``marts``, as earlier versions wrote it."""
    publish_state(tmp_path, 1)
    paths = WarehousePaths(tmp_path)
    (kept,) = paths.publication_files().values()
    made_anew = tmp_path / "older.duckdb"
    with duckdb.connect() as con:
        con.execute(f"attach '{kept}' as kept (read_only)")
        con.execute(f"attach '{made_anew}' as older")
        con.execute("create schema older.marts")
        for (table,) in con.execute(
            "select table_name from duckdb_tables() where database_name = 'kept'"
        ).fetchall():
            con.execute(f"create table older.marts.{table} as from kept.{table}")
    made_anew.replace(kept)
    yield paths


def test_a_publication_of_an_earlier_layout_is_compared_with_a_new_one(
    older: WarehousePaths,
) -> None:
    publish_state(older.root, 2)
    found = {mart.mart: mart.changed for mart in diff(older, 1, 2).marts}
    assert found == {
        "fct_customer_months": 240,
        "mart_revenue_periods": 12,
        "metrics": 12,
        "source_coverage": 1,
    }


def test_readers_may_be_taken_back_to_a_publication_of_an_earlier_layout(
    older: WarehousePaths,
) -> None:
    publish_state(older.root, 2)
    rollback(older, 1, clock=clock_at(3))
    with open_marts(older.marts_db) as con:
        assert state_in(con) == (1, 1)


def test_every_column_of_a_table_that_ebbline_writes_itself_is_described(tmp_path: Path) -> None:
    settings, clock = settings_for(tmp_path), clock_at(1)
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        record(con, [], clock, rules=[])
        record_restatements(con, settings, clock, publication_id=1)
        written = con.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
        ).fetchall()
    assert {table for table, _ in written} == {"red_line_status", "alert_incidents", "restatements"}
    assert [
        f"{table}.{column}" for table, column in written if column not in OWN_TABLES[table].columns
    ] == []
