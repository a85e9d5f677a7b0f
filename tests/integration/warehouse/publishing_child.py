"""A program that publishes state after state and may be killed at any moment.

``python -m tests.integration.warehouse.publishing_child ROOT LAST`` begins where the folder stands, goes
on to state LAST and ends 0. It says ``ready`` on its standard output once it is about to begin.
"""

import sys
from pathlib import Path

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


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    run(Path(sys.argv[1]), int(sys.argv[2]))
