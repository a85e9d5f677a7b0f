"""A publishing program is killed with signal 9, again and again, and started again."""

import signal
import subprocess
import sys
from pathlib import Path

from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.serving import open_marts
from tests.integration.warehouse.hand_made import publish_state, state_in
from tests.integration.warehouse.killing import kill_at_random


def _publisher(root: Path, last: int, *more: int) -> list[str]:
    module = "tests.integration.warehouse.publishing_child"
    return [sys.executable, "-m", module, str(root), str(last), *(str(number) for number in more)]


def _look(root: Path) -> None:
    """Open what readers see and every kept publication, and see each whole."""
    paths = WarehousePaths(root)
    files = list(paths.publication_files().values())
    for file in [*files, *([paths.marts_db] if paths.marts_db.exists() else [])]:
        with open_marts(file) as con:
            publication_id, state = state_in(con)
        assert publication_id == state, "state n is publication n: none twice and none left out"


def _everything(root: Path) -> dict[str, list[tuple[object, ...]]]:
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


def test_fifty_kills_at_random_moments_end_where_an_undisturbed_program_ends(
    tmp_path: Path,
) -> None:
    disturbed, undisturbed = tmp_path / "disturbed", tmp_path / "undisturbed"
    report = kill_at_random(
        _publisher(disturbed, 1_000_000),
        kills=50,
        longest=0.6,
        seed=20260401,
        ready="ready",
        after_each=lambda: _look(disturbed),
    )
    with open_warehouse(WarehousePaths(disturbed)) as con:
        row = con.execute("select max(load_id) from raw.loads").fetchone()
    assert report.killed == 50 and row is not None
    last = row[0] + 2
    subprocess.run(_publisher(disturbed, last), check=True, stdout=subprocess.DEVNULL)
    subprocess.run(_publisher(undisturbed, last), check=True, stdout=subprocess.DEVNULL)
    _look(disturbed)
    assert _everything(disturbed) == _everything(undisturbed)


def test_a_kill_at_any_operation_on_a_file_ends_where_an_undisturbed_program_ends(
    tmp_path: Path,
) -> None:
    undisturbed = tmp_path / "undisturbed"
    publish_state(undisturbed, 1)
    subprocess.run(_publisher(undisturbed, 2), check=True, stdout=subprocess.DEVNULL)
    fatal, ended = 0, False
    while not ended:
        fatal += 1
        root = tmp_path / f"killed at {fatal}"
        publish_state(root, 1)
        died = subprocess.run(_publisher(root, 2, fatal), check=False, stdout=subprocess.DEVNULL)
        assert died.returncode in (0, -signal.SIGKILL)
        ended = died.returncode == 0
        _look(root)
        subprocess.run(_publisher(root, 2), check=True, stdout=subprocess.DEVNULL)
        assert _everything(root) == _everything(undisturbed), f"killed at operation {fatal}"
    assert fatal > 10, "no operation was met"
