"""Somebody who asks how things stand does not make a run fail that begins at that moment."""

import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project.errors import WarehouseLockedError
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths

READER = """
import sys, time, duckdb
with duckdb.connect(sys.argv[1], read_only=True):
    print("open", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def paths(tmp_path: Path) -> WarehousePaths:
    paths = WarehousePaths(tmp_path)
    with open_warehouse(paths):
        return paths


def reading(paths: WarehousePaths, seconds: float) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-c", READER, str(paths.warehouse_db), str(seconds)],
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    child.stdout.readline()
    return child


def test_a_writer_waits_for_a_reader_that_is_done_at_once(paths: WarehousePaths) -> None:
    with reading(paths, 0.5), open_warehouse(paths) as con:
        con.execute("create table t as select 1 as a")


def test_a_reader_that_stays_is_named(paths: WarehousePaths) -> None:
    with reading(paths, 60) as child:
        with pytest.raises(WarehouseLockedError) as raised, open_warehouse(paths):
            pass
        child.kill()
    assert raised.value.evidence == (f"process {child.pid}",)
