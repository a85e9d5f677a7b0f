"""A small valid warehouse, built once, and a fresh copy of it for every test that breaks it."""

import shutil
from pathlib import Path

import duckdb
import pytest

from dagster_project.exports.contract import TABLES
from dagster_project.exports.raw_tables import ensure_raw_tables
from dagster_project.quality.contracts import mart_contracts
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.quoting import quote_identifier

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def valid_warehouse(tmp_path_factory: pytest.TempPathFactory) -> WarehousePaths:
    """A warehouse in which every expectation holds; never written to by a test."""
    paths = WarehousePaths(tmp_path_factory.mktemp("valid"))
    with open_warehouse(paths) as con:
        ensure_raw_tables(con)
        con.execute((HERE / "valid_raw.sql").read_text(encoding="utf-8"))
        _count_into_ledger(con)
        con.execute((HERE / "valid_marts.sql").read_text(encoding="utf-8"))
        _complete_to_contracts(con)
    return paths


@pytest.fixture
def warehouse(valid_warehouse: WarehousePaths, tmp_path: Path) -> WarehousePaths:
    """A copy of the valid warehouse that a test may break."""
    paths = WarehousePaths(tmp_path)
    paths.create()
    shutil.copyfile(valid_warehouse.warehouse_db, paths.warehouse_db)
    return paths


def _count_into_ledger(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create temp table ledger (load_id bigint, table_name varchar, row_count bigint)")
    for table in TABLES:
        con.execute(
            f"insert into ledger select max(_load_id), ?, count(*) from raw.{quote_identifier(table)}",
            [table],
        )


def _complete_to_contracts(con: duckdb.DuckDBPyConnection) -> None:
    """Give every mart the columns and types of its contract; what the SQL left out is NULL."""
    for table, contract in mart_contracts().items():
        name = f"marts.{quote_identifier(table)}"
        there = {row[0] for row in con.execute(f"describe {name}").fetchall()}
        for column, type_name in contract.columns.items():
            change = f"alter column {quote_identifier(column)} type {type_name}"
            if column not in there:
                change = f"add column {quote_identifier(column)} {type_name}"
            con.execute(f"alter table {name} {change}")
