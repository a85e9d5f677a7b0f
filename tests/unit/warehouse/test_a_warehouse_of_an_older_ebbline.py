"""A warehouse that an older ebbline made opens, keeps what it knew, and goes on.

The tables are those of a real one, and the rows what its run left in the ledgers.
"""

from pathlib import Path

import duckdb
import pytest

from dagster_project.exports.ledger import next_load_id
from dagster_project.exports.raw_tables import ensure_raw_tables
from dagster_project.red_lines import incidents
from dagster_project.red_lines.outbox import pending_alerts
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication_ledger import current_id, recorded_publications
from dagster_project.warehouse.schema import NEWEST, version_of

OLDER = sorted((Path(__file__).parents[2] / "fixtures" / "warehouses").glob("*.sql"))


@pytest.fixture(params=OLDER, ids=lambda file: file.stem)
def paths(request: pytest.FixtureRequest, tmp_path: Path) -> WarehousePaths:
    paths = WarehousePaths(tmp_path)
    paths.create()
    with duckdb.connect(str(paths.warehouse_db)) as con:
        con.execute("set timezone = 'UTC'")
        con.execute(request.param.read_text(encoding="utf-8"))
    return paths


def test_it_has_the_newest_version_once_it_was_opened(paths: WarehousePaths) -> None:
    with open_warehouse(paths) as con:
        assert version_of(con) == NEWEST


def _columns(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str, str, str]]:
    ensure_raw_tables(con)
    return set(
        con.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns()"
            " where schema_name in ('ops', 'raw') and database_name = current_database()"
        ).fetchall()
    )


def test_it_lacks_no_column_of_a_new_warehouse(paths: WarehousePaths) -> None:
    with open_warehouse(paths) as con, duckdb.connect() as new:
        assert sorted(_columns(new) - _columns(con)) == []


def test_its_publications_loads_and_incidents_are_known(paths: WarehousePaths) -> None:
    with open_warehouse(paths) as con:
        assert [publication.id for publication in recorded_publications(con)] == [1]
        assert current_id(con, paths) == 1
        assert next_load_id(con) > 1
        assert {one.kind for one in incidents(con)} <= {"red_line"}
        assert all(one.key for one in pending_alerts(con))


def test_it_is_read_as_it_is_while_nobody_has_written_to_it(paths: WarehousePaths) -> None:
    with open_warehouse(paths, read_only=True) as con:
        assert version_of(con) == 0
        assert isinstance(incidents(con), tuple)
