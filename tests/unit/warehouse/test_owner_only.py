"""Raw rows are personal: what the working database leaves on disk is for its owner alone."""

import stat
from pathlib import Path

from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths


def _mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_new_working_database_and_its_log_are_for_the_owner_alone(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    with open_warehouse(paths) as con:
        con.execute("create table t as select 1 as a")
        log = paths.warehouse_db.with_name("warehouse.duckdb.wal")
        modes = _mode(paths.warehouse_db), _mode(log)
    assert modes == (0o600, 0o600)


def test_a_mode_that_somebody_chose_is_kept(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    with open_warehouse(paths):
        pass
    paths.warehouse_db.chmod(0o640)
    with open_warehouse(paths) as con:
        con.execute("create table t as select 1 as a")
    assert _mode(paths.warehouse_db) == 0o640


def test_what_is_made_afterwards_is_as_open_as_before(tmp_path: Path) -> None:
    (tmp_path / "before").touch()
    with open_warehouse(WarehousePaths(tmp_path / "warehouse")):
        pass
    (tmp_path / "after").touch()
    assert _mode(tmp_path / "after") == _mode(tmp_path / "before")


def test_the_folder_itself_stays_open_to_readers_of_the_marts(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path / "warehouse")
    (tmp_path / "beside").mkdir()
    with open_warehouse(paths):
        pass
    assert {_mode(paths.root), _mode(paths.publications)} == {_mode(tmp_path / "beside")}
