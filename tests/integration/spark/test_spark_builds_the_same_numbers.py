"""The same models on Spark: the way from ``int_recurring_periods`` to a mart, without a differing row.

Here to the movements; in ``tests/deep`` from the loaded rows to every mart.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest

from dagster_project.clock import SystemClock
from dagster_project.config import load_settings
from dagster_project.exports.recurring import recurring_shape
from dagster_project.transform.project import current_manifest
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.sample import WholeRun

CHILD = Path(__file__).with_name("dbt_on_spark.py")
WAY = "int_recurring_periods"
TERMS = "int_piece_terms"  # beside the way: made from the export, whatever its shape
TARGET = "fct_mrr_movements"
HINT = "Spark needs Java 17: apt-get install openjdk-17-jre-headless"

Graph = dict[str, list[str]]


@pytest.fixture(scope="module")
def java() -> None:
    if not shutil.which("java"):
        pytest.fail(HINT)


@pytest.fixture(scope="module")
def built(whole_sample: WholeRun) -> tuple[WarehousePaths, str]:
    """The sample, built by DuckDB; and the variables it was built with."""
    paths, settings = whole_sample.paths, load_settings(whole_sample.config)
    with open_warehouse(paths, read_only=True) as con:
        shape = recurring_shape(con, settings)
    return paths, json.dumps(settings.dbt_vars(SystemClock(), shape))


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


def write_tables(paths: WarehousePaths, folder: Path, tables: list[tuple[str, str]]) -> None:
    """Write tables of the warehouse as files that the child reads."""
    with duckdb.connect(str(paths.warehouse_db), read_only=True) as con:
        for schema, name in tables:
            (folder / schema).mkdir(parents=True, exist_ok=True)
            target = str(folder / schema / f"{name}.parquet")
            con.execute(f"copy {schema}.{name} to '{target}' (format parquet)")


def build_on_spark(
    folder: Path, variables: str, selection: Iterable[str], targets: Iterable[str]
) -> Path:
    """Build what dbt's arguments select on the tables in ``folder/inputs``; return where the targets were written."""
    outputs = folder / "outputs"
    outputs.mkdir()
    child = subprocess.run(
        [
            *(sys.executable, str(CHILD), str(folder / "inputs"), str(outputs)),
            *(variables, json.dumps([*selection]), *targets),
        ],
        cwd=outputs,
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stdout[-4000:] + child.stderr[-2000:]
    return outputs


def differing_rows(
    con: duckdb.DuckDBPyConnection, table: str, written: Path
) -> list[tuple[object, ...]]:
    """Return the rows of a mart that only one engine has."""
    spark = f"read_parquet('{written}/*.parquet')"
    columns = [
        # Rates are quotients of equal decimals; the last bit of a double may differ by engine.
        f"round({name}, 12) as {name}" if kind == "DOUBLE" else f"cast({name} as {kind}) as {name}"
        for name, kind, *_ in con.execute(f"describe marts.{table}").fetchall()
    ]
    of = f"select {', '.join(columns)} from"
    return con.execute(
        f"({of} marts.{table} except all {of} {spark})"
        f" union all ({of} {spark} except all {of} marts.{table})"
    ).fetchall()


def test_no_row_differs(java: None, built: tuple[WarehousePaths, str], tmp_path: Path) -> None:
    paths, variables = built
    write_tables(paths, tmp_path / "inputs", tables_read(WAY, TARGET))
    selection = ("--select", f"{WAY}+,+{TARGET}", "--exclude", WAY, TERMS)

    written = build_on_spark(tmp_path, variables, selection, [TARGET]) / TARGET

    with duckdb.connect(str(paths.warehouse_db), read_only=True) as con:
        rows = con.execute(f"select count(*) from marts.{TARGET}").fetchone()
        assert rows is not None and rows[0] > 100
        assert differing_rows(con, TARGET, written) == []
