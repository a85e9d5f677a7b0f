"""``engine: spark``: a whole run of the sample publishes DuckDB's numbers; its sibling stands in the first tier."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.locations import PROJECT_ROOT
from tests.end_to_end.command import run_ebbline
from tests.integration.spark.comparison import CONF, differing_rows
from tests.sample import SETTINGS, WholeRun, run_once

MARTS = sorted(file.stem for file in (PROJECT_ROOT / "dbt" / "models" / "marts").rglob("*.sql"))
# The sample has no currency whose rate changes and no invoice that differs from its lines.
EMPTY = {"fct_span_fx", "mart_invoice_differences"}


@pytest.fixture(scope="module")
def on_spark(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """The sample, run as a user runs it who has set the engine."""
    root = tmp_path_factory.mktemp("spark")

    def ebbline(*arguments: object, **environment: str):  # type: ignore[no-untyped-def]
        return run_ebbline(*arguments, SPARK_CONF_DIR=str(CONF), **environment)

    run_once(root, SETTINGS + "engine: spark\n", ebbline)
    return WholeRun(root)


def test_it_publishes(on_spark: WholeRun) -> None:
    assert on_spark.ended.code == 0, on_spark.ended.screen


@pytest.mark.parametrize("mart", MARTS)
def test_no_row_of_a_mart_differs(mart: str, whole_sample: WholeRun, on_spark: WholeRun) -> None:
    by_duckdb, by_spark = whole_sample.paths.warehouse_db, on_spark.paths.warehouse_db
    assert differing_rows(by_duckdb, by_spark, mart, least=mart not in EMPTY) == []


def _types(marts: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(marts), read_only=True) as con:
        return con.execute(
            "select table_name, column_name, data_type from duckdb_columns()"
            " where schema_name = 'main' order by table_name, column_index"
        ).fetchall()


def test_readers_find_the_same_columns_of_the_same_types(
    whole_sample: WholeRun, on_spark: WholeRun
) -> None:
    assert _types(on_spark.paths.marts_db) == _types(whole_sample.paths.marts_db)


def test_a_second_run_has_nothing_to_do(on_spark: WholeRun) -> None:
    ended = run_ebbline("run", "--config", on_spark.config, SPARK_CONF_DIR=str(CONF))
    assert ended.code == 0
    assert "nothing changed" in ended.screen, ended.screen
