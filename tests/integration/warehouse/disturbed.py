"""A publishing program that is disturbed: how it is started, and what it left, as readers and its ledger see it."""

import sys
from pathlib import Path

from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.serving import open_marts
from tests.integration.warehouse.hand_made import state_in


def publisher(root: Path, last: int, *more: int) -> list[str]:
    module = "tests.integration.warehouse.publishing_child"
    return [sys.executable, "-m", module, str(root), str(last), *(str(number) for number in more)]


def look(root: Path) -> None:
    """Open what readers see and every kept publication, and see each whole."""
    paths = WarehousePaths(root)
    files = list(paths.publication_files().values())
    for file in [*files, *([paths.marts_db] if paths.marts_db.exists() else [])]:
        with open_marts(file) as con:
            publication_id, state = state_in(con)
        assert publication_id == state, "state n is publication n: none twice and none left out"


def everything(root: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows that readers see, all that the ledger knows, and the names of the files."""
    paths = WarehousePaths(root)
    rows: dict[str, list[tuple[object, ...]]] = {
        "files": [(path.name,) for path in sorted(paths.publications.iterdir())],
        "folder": [(path.name,) for path in sorted(root.iterdir())],
    }
    with open_warehouse(paths) as con:
        for table in ("publications", "publication_events", "metric_versions"):
            rows[f"ops.{table}"] = con.execute(f"select * from ops.{table} order by all").fetchall()
    with open_marts(paths.marts_db) as con:
        for (table,) in con.execute("select table_name from duckdb_tables()").fetchall():
            rows[f"marts.{table}"] = con.execute(f"select * from {table} order by all").fetchall()
    return rows
