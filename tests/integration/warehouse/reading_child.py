"""A reader: opens ``marts.duckdb``, looks at every row twice, closes, and so on until told to stop.

``python -m tests.integration.warehouse.reading_child ROOT`` ends when ROOT/stop exists, and prints
how many publications it saw. Anything unexpected ends it with a traceback.
"""

import sys
import time
from pathlib import Path

from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.serving import open_marts
from tests.integration.warehouse.hand_made import state_in


def read(root: Path) -> list[int]:
    """Return the publications seen, in the order seen."""
    marts, seen = WarehousePaths(root).marts_db, list[int]()
    while True:
        last_look = (root / "stop").exists()
        with open_marts(marts) as con:
            first, again = state_in(con), state_in(con)
        assert first == again, f"one connection saw {first} and then {again}"
        assert not seen or seen[-1] <= first[0], f"publication {first[0]} after {seen[-1]}"
        if not seen or seen[-1] != first[0]:
            seen.append(first[0])
        if last_look:
            return seen
        time.sleep(0.02)


if __name__ == "__main__":
    sys.stdout.write(f"{len(read(Path(sys.argv[1])))}\n")
