"""The same models on Spark: the way from pieces of invoice lines to a mart, without a differing row.

Here to the movements, by the dbt of ``engine: spark``, on tables of an earlier run; in ``tests/deep`` a whole run.
"""

import json
import os
import shutil
import subprocess

import duckdb
import pytest

from dagster_project.clock import SystemClock
from dagster_project.config import load_settings
from dagster_project.exports.recurring import recurring_shape
from dagster_project.locations import DBT_PROJECT
from dagster_project.transform.project import current_manifest, dbt_command
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.spark.comparison import CONF, differing_rows
from tests.sample import WholeRun

WAY = "int_invoice_credits"
VALUED = "int_recurring_periods"  # to ten decimals
TERMS = "int_piece_terms"  # beside the way: made from the export, whatever its shape
TARGET = "fct_mrr_movements"

Graph = dict[str, list[str]]


def between(parents: Graph, start: str, targets: set[str]) -> set[str]:
    """Return the nodes after ``start`` that lead to a target."""

    def leads_back(node: str) -> bool:
        return node == start or any(leads_back(parent) for parent in parents.get(node, []))

    upstream, waiting = set(targets), list(targets)
    while waiting:
        new = [p for p in parents.get(waiting.pop(), []) if p not in upstream]
        upstream.update(new)
        waiting += new
    return {node for node in upstream if node != start and leads_back(node)}


def tables_read(way: str, target: str) -> list[tuple[str, str]]:
    """Return the tables that the models after ``way`` read on their way to the target and do not build themselves."""
    manifest = json.loads(current_manifest().read_text(encoding="utf-8"))
    parents: Graph = manifest["parent_map"]
    members = between(parents, f"model.ebbline.{way}", {f"model.ebbline.{target}"})
    members.remove(f"model.ebbline.{TERMS}")
    nodes = {parent for member in members for parent in parents[member]} - members
    return [(manifest["nodes"][node]["schema"], manifest["nodes"][node]["name"]) for node in nodes]


def leave_as_built_before(paths: WarehousePaths, tables: list[tuple[str, str]]) -> None:
    """Write tables of the warehouse where a run on Spark finds what the run before it built."""
    with duckdb.connect(str(paths.warehouse_db), read_only=True) as con:
        for schema, name in tables:
            folder = paths.root / "spark" / "tables" / f"{schema}.db" / name
            folder.mkdir(parents=True)
            # Parquet has no integer as wide as these; Spark's are decimals.
            columns = ", ".join(
                f"cast({column} as decimal(38, 0)) as {column}" if kind == "HUGEINT" else column
                for column, kind, *_ in con.execute(f"describe {schema}.{name}").fetchall()
            )
            con.execute(
                f"copy (select {columns} from {schema}.{name}) to '{folder}/part.parquet' (format parquet)"
            )


@pytest.fixture(scope="module")
def spark(whole_sample: WholeRun, tmp_path_factory: pytest.TempPathFactory) -> WarehousePaths:
    """The sample's working database, with what is on the way to the movements built by Spark."""
    if not shutil.which("java"):
        pytest.fail("Spark needs Java 17: apt-get install openjdk-17-jre-headless")
    settings = load_settings(whole_sample.config)
    with open_warehouse(whole_sample.paths, read_only=True) as con:
        variables = settings.dbt_vars(SystemClock(), recurring_shape(con, settings))
    tmp_path = tmp_path_factory.mktemp("spark")
    paths = WarehousePaths(tmp_path)
    shutil.copy(whole_sample.paths.warehouse_db, paths.warehouse_db)
    leave_as_built_before(paths, tables_read(WAY, TARGET))
    ended = subprocess.run(
        [
            *(dbt_command(), "build", "--resource-type", "model"),
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs")),
            *("--select", f"{WAY}+,+{TARGET}", "--exclude", WAY, TERMS),
            *("--vars", json.dumps(variables)),
        ],
        env={
            **os.environ,
            "EBBLINE_DBT_TARGET": "spark",
            "EBBLINE_WAREHOUSE_DB": str(paths.warehouse_db),
            "SPARK_CONF_DIR": str(CONF),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]
    return paths


def test_no_row_differs(whole_sample: WholeRun, spark: WarehousePaths) -> None:
    by_duckdb, by_spark = whole_sample.paths.warehouse_db, spark.warehouse_db
    assert differing_rows(by_duckdb, by_spark, TARGET, least=100) == []
    valued = differing_rows(by_duckdb, by_spark, VALUED, schema="intermediate", least=100)
    assert valued == []


def test_marts_are_copied_and_what_leads_to_them_is_seen_where_spark_wrote_it(
    spark: WarehousePaths,
) -> None:
    with duckdb.connect(str(spark.warehouse_db), read_only=True) as con:
        kinds = con.execute(
            "select table_name, table_type from information_schema.tables"
            " where table_name in ('fct_mrr_movements', 'int_mrr_movements') order by 1"
        ).fetchall()
        columns = con.execute(f"describe marts.{TARGET}").fetchall()
        assert con.execute("select count(*) > 100 from intermediate.int_mrr_movements").fetchall()
    assert kinds == [("fct_mrr_movements", "BASE TABLE"), ("int_mrr_movements", "VIEW")]
    assert ("amount", "DECIMAL(18,2)") in [column[:2] for column in columns]


def test_a_run_of_some_models_keeps_what_was_built_before(spark: WarehousePaths) -> None:
    built = spark.root / "spark" / "tables"
    before = tables_read(WAY, TARGET)
    assert all((built / f"{schema}.db" / name).is_dir() for schema, name in before)
    assert (built / "marts.db" / TARGET).is_dir()
    assert not (spark.root / "spark" / "building").exists()
