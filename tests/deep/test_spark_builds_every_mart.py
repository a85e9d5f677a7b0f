"""``engine: spark``: whole runs publish DuckDB's numbers; their sibling stands in the first tier."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from dagster_project import simulate
from dagster_project.locations import PROJECT_ROOT
from dagster_project.simulate.canonical import SHAPES
from tests.end_to_end.command import Ended, run_ebbline
from tests.integration.spark.comparison import CONF, differing_rows
from tests.sample import SETTINGS, WholeRun, run_once

MARTS = sorted(file.stem for file in (PROJECT_ROOT / "dbt" / "models" / "marts").rglob("*.sql"))
# The sample has no currency whose rate changes and no invoice that differs from its lines.
EMPTY_IN_THE_SAMPLE = {"fct_span_fx", "mart_invoice_differences"}
SIMULATED = """
sources:
  billing: {format: canonical, path: billing}
  support: {format: canonical, path: support}
  usage: {format: canonical, path: usage}
warehouse: warehouse
calendar: {until: 2026-10-31}
currency: {rates: {EUR: {2024-01-01: 1.05, 2026-03-01: 1.10}, GBP: 1.27}}
"""


def ebbline_on_spark(*arguments: object, **environment: str) -> Ended:
    """Run the installed command, with Spark made for small tables."""
    return run_ebbline(*arguments, SPARK_CONF_DIR=str(CONF), **environment)


@pytest.fixture(scope="module")
def on_spark(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """The sample, run as a user runs it who has set the engine."""
    root = tmp_path_factory.mktemp("sample")
    run_once(root, SETTINGS + "engine: spark\n", ebbline_on_spark)
    return WholeRun(root)


def test_it_publishes(on_spark: WholeRun) -> None:
    assert on_spark.ended.code == 0, on_spark.ended.screen


@pytest.mark.parametrize("mart", MARTS)
def test_no_row_of_a_mart_differs(mart: str, whole_sample: WholeRun, on_spark: WholeRun) -> None:
    by_duckdb, by_spark = whole_sample.paths.warehouse_db, on_spark.paths.warehouse_db
    least = mart not in EMPTY_IN_THE_SAMPLE
    assert differing_rows(by_duckdb, by_spark, mart, least=least) == []


def columns_and_types(published: Path) -> list[tuple[object, ...]]:
    """Return the columns that readers find, with their types."""
    with duckdb.connect(str(published), read_only=True) as con:
        return con.execute(
            "select table_name, column_name, data_type from duckdb_columns()"
            " where schema_name = 'main' order by table_name, column_index"
        ).fetchall()


def test_readers_find_the_same_columns_of_the_same_types(
    whole_sample: WholeRun, on_spark: WholeRun
) -> None:
    by_duckdb = columns_and_types(whole_sample.paths.marts_db)
    assert columns_and_types(on_spark.paths.marts_db) == by_duckdb


def test_a_second_run_has_nothing_to_do(on_spark: WholeRun) -> None:
    ended = ebbline_on_spark("run", "--config", on_spark.config)
    assert ended.code == 0
    assert "nothing changed" in ended.screen, ended.screen


def test_a_spark_that_does_not_start_says_why_and_nothing_is_published(tmp_path: Path) -> None:
    simulate.run(3, 3, 5, "canonical", tmp_path / "exports", end=date(2026, 10, 31))
    (tmp_path / "spark-defaults.conf").write_text("spark.driver.memory 1k\n")
    settings = SIMULATED.replace("path: ", "path: exports/") + "engine: spark\n"
    (tmp_path / "ebbline.yml").write_text(settings)
    ended = run_ebbline(
        *("run", "--config", tmp_path / "ebbline.yml"), SPARK_CONF_DIR=str(tmp_path)
    )
    assert ended.code == 1
    assert "dbt did not finish\n  - Spark: " in ended.screen
    assert "nothing was published: an error stopped the run" in ended.screen


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "invoice_lines"])
def test_nor_does_one_of_a_company_whose_billing_has_another_shape(
    shape: str, tmp_path: Path
) -> None:
    exports = tmp_path / "exports"
    simulate.run(30, 14, 5, "canonical", exports, end=date(2026, 10, 31), shape=shape)
    by_duckdb, by_spark = tmp_path / "duckdb", tmp_path / "spark"
    for folder, ebbline, engine in (
        (by_duckdb, run_ebbline, "duckdb"),
        (by_spark, ebbline_on_spark, "spark"),
    ):
        folder.mkdir()
        settings = SIMULATED.replace("path: ", f"path: {exports}/") + f"engine: {engine}\n"
        run_once(folder, settings, ebbline)
        assert WholeRun(folder).ended.code == 0, WholeRun(folder).ended.screen

    differing = {
        mart: rows
        for mart in MARTS
        if (
            rows := differing_rows(
                WholeRun(by_duckdb).paths.warehouse_db, WholeRun(by_spark).paths.warehouse_db, mart
            )
        )
    }
    assert differing == {}
