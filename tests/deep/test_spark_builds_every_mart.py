"""Every mart on Spark, from the loaded rows on; the test stands beside its sibling in the first tier."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.locations import PROJECT_ROOT
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.spark.test_spark_builds_the_same_numbers import (
    build_on_spark,
    built,
    differing_rows,
    java,
    write_tables,
)

__all__ = ["built", "java"]

MARTS = sorted(file.stem for file in (PROJECT_ROOT / "dbt" / "models" / "marts").rglob("*.sql"))
# The sample has no currency whose rate changes and no invoice that differs from its lines.
EMPTY = {"fct_span_fx", "mart_invoice_differences"}


@pytest.fixture(scope="module")
def on_spark(
    java: None, built: tuple[WarehousePaths, str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Every mart as Spark has it."""
    paths, variables = built
    folder = tmp_path_factory.mktemp("spark")
    with duckdb.connect(str(paths.warehouse_db), read_only=True) as con:
        raw = con.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name = 'raw'"
        ).fetchall()
    write_tables(paths, folder / "inputs", raw)
    return build_on_spark(folder, variables, [], MARTS)


@pytest.mark.parametrize("mart", MARTS)
def test_no_row_of_a_mart_differs(
    mart: str, built: tuple[WarehousePaths, str], on_spark: Path
) -> None:
    with duckdb.connect(str(built[0].warehouse_db), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        rows = con.execute(f"select count(*) from marts.{mart}").fetchone()
        assert (rows != (0,)) == (mart not in EMPTY)
        assert differing_rows(con, mart, on_spark / mart) == []
