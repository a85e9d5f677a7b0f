"""A program that publishes state after state and may be killed at any moment.

``python -m tests.integration.warehouse.publishing_child ROOT LAST`` begins where the folder stands,
goes on to state LAST and ends 0. It says ``ready`` on its standard output once it is about to
begin.
With a third argument N it kills itself at its Nth operation on a file (open, rename, remove, ...).
"""

import os
import signal
import sys
from itertools import count
from pathlib import Path

import duckdb

from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.lock import warehouse_lock
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.warehouse.hand_made import clock_at, load, publish_state


def run(root: Path, last: int) -> None:
    """Publish every state from the newest loaded one to ``last``."""
    paths = WarehousePaths(root)
    with warehouse_lock(paths, clock_at(0), "publishing child"):
        with open_warehouse(paths) as con:
            load(con, 1)
            row = con.execute("select max(load_id) from raw.loads").fetchone()
        assert row is not None
        for number in range(row[0], last + 1):
            publish_state(root, number)


def die_at_file_operation(root: Path, fatal: int) -> None:
    """Kill this process without any goodbye at its ``fatal``-th operation on a file in ``root``."""
    operations = count(1)
    watched = {"open", "os.rename", "os.remove", "os.chmod", "os.truncate", "shutil.copyfile"}

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        is_ours = event in watched and str(arguments[0]).startswith(str(root))
        if is_ours and next(operations) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


if __name__ == "__main__":
    # DuckDB imports what it wants at the first parameter; that second is not worth being killed in.
    duckdb.connect(":memory:").execute("select ?", [1])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if len(sys.argv) > 3:
        die_at_file_operation(Path(sys.argv[1]), int(sys.argv[3]))
    run(Path(sys.argv[1]), int(sys.argv[2]))
