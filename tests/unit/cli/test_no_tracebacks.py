"""What is wrong on the machine is told in one block that ends 1; an error nobody foresaw would be raised here."""

import os
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from dagster_project.config import load_settings
from dagster_project.defs.resources import Warehouse
from dagster_project.errors import SettingsError
from dagster_project.pipeline import run_pipeline
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.serving import open_marts
from tests.command_line import Ebbline
from tests.end_to_end.command import TEST_SETTINGS

READERS = [("status",), ("publications",), ("explain", "churn_rate", "2026-03")]
WRITERS = [("rollback", "1"), ("acknowledge", "x", "--by", "ana"), ("why", "churn_rate", "2026-03")]


@pytest.fixture(autouse=True)
def _settings_of_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBBLINE_CONFIG", str(TEST_SETTINGS))


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_warehouse_that_cannot_be_made_is_named(
    ebbline: Ebbline, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("somebody's notes")
    ended = ebbline("run", "--warehouse", tmp_path / place)
    assert (ended.code, ended.screen.splitlines()[0].startswith(f"{tmp_path / place}: ")) == (
        1,
        True,
    )
    assert "the warehouse folder cannot be made" in ended.screen


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_a_marts_file_that_is_none_is_named_with_the_way_back(
    ebbline: Ebbline, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "marts.duckdb").write_bytes(b"no database" * 1000)
    (tmp_path / "publications").mkdir()
    (tmp_path / "publications" / "000007.duckdb").write_bytes(b"kept")
    ended = ebbline(*command, "--warehouse", tmp_path)
    assert (ended.code, ended.screen.splitlines()[0]) == (
        1,
        f"{tmp_path / 'marts.duckdb'}: this file cannot be read as a DuckDB database",
    )
    assert "delete it, then say `ebbline rollback 7`" in ended.screen


def test_a_database_without_marts_is_no_publication(ebbline: Ebbline, tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "marts.duckdb")).close()
    assert ebbline("status", "--warehouse", tmp_path).code == 1


@pytest.mark.parametrize("command", WRITERS, ids=" ".join)
def test_a_working_database_that_is_none_is_named_with_the_way_back(
    ebbline: Ebbline, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "warehouse.duckdb").write_bytes(b"no database" * 1000)
    ended = ebbline(*command, "--warehouse", tmp_path)
    assert (ended.code, ended.screen.splitlines()[0]) == (
        1,
        f"{tmp_path / 'warehouse.duckdb'}: this file cannot be read as a DuckDB database",
    )
    assert "put a backup in its place" in ended.screen


def test_a_damaged_block_is_not_taken_for_a_lock(ebbline: Ebbline, tmp_path: Path) -> None:
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        con.execute("create table t as select range as a from range(100000)")
    with (tmp_path / "warehouse.duckdb").open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(8192))
    ended = ebbline("why", "churn_rate", "2026-03", "--warehouse", tmp_path)
    assert (ended.code, "Corrupt database file" in ended.screen) == (1, True)
    assert "another process" not in ended.screen


def test_a_run_on_a_damaged_warehouse_says_so_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").write_bytes(b"no database" * 1000)
    outcome = run_pipeline(Warehouse(config=str(TEST_SETTINGS), folder=str(tmp_path)))
    (said,) = outcome.errors
    assert (int(outcome.exit_code), said.splitlines()[0]) == (
        1,
        f"{tmp_path / 'warehouse.duckdb'}: this file cannot be read as a DuckDB database",
    )


def test_an_error_nobody_foresaw_is_one_line_and_the_log_has_the_rest(tmp_path: Path) -> None:
    @dg.asset
    def broken() -> None:
        raise ZeroDivisionError("by nothing")

    graph = dg.Definitions(assets=[broken], jobs=[dg.define_asset_job("retention_pipeline")])
    outcome = run_pipeline(
        Warehouse(config=str(TEST_SETTINGS), folder=str(tmp_path)), definitions=graph
    )
    assert (int(outcome.exit_code), outcome.errors) == (
        1,
        (
            "ZeroDivisionError: by nothing\n"
            "  hint: logs/run.log in the warehouse folder says where it happened",
        ),
    )
    log = (tmp_path / "logs" / "run.log").read_text(encoding="utf-8")
    assert 'raise ZeroDivisionError("by nothing")' in log


def test_a_block_damaged_inside_a_publication_is_named(tmp_path: Path) -> None:
    file = tmp_path / "000001.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute("create schema marts")
        con.execute("create table marts.t as select hash(range) as a from range(500000)")
    size = file.stat().st_size
    with file.open("r+b") as damaged:
        damaged.seek(size // 2)
        damaged.write(os.urandom(4096))
    with (
        pytest.raises(Exception, match="cannot be read as a DuckDB database"),
        open_marts(file) as con,
    ):
        con.execute("select sum(a) from t").fetchall()


@pytest.mark.parametrize("nonsense", ["lots", "4", "-4GB", "80%", "1KB", "4 gigabytes", "0GB"])
def test_nonsense_as_memory_is_refused_by_the_name_of_its_variable(
    ebbline: Ebbline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nonsense: str
) -> None:
    monkeypatch.setenv("EBBLINE_DBT_MEMORY_LIMIT", nonsense)
    ended = ebbline("run", "--warehouse", tmp_path / "w")
    assert (ended.code, "EBBLINE_DBT_MEMORY_LIMIT: " in ended.screen) == (1, True)
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize("amount", ["4GB", "4 gb", "1.5GiB", "512MB", ""])
def test_every_amount_that_duckdb_takes_is_taken(
    monkeypatch: pytest.MonkeyPatch, amount: str
) -> None:
    monkeypatch.setenv("EBBLINE_DBT_MEMORY_LIMIT", amount)
    load_settings(TEST_SETTINGS)
    if amount:
        duckdb.connect().execute("set memory_limit = ?", [amount])


def test_a_clock_that_cannot_be_read_is_refused_by_the_name_of_its_variable(
    ebbline: Ebbline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EBBLINE_NOW", "teatime")
    ended = ebbline("status", "--warehouse", tmp_path)
    assert (ended.code, "EBBLINE_NOW: 'teatime' is not an ISO 8601 time" in ended.screen) == (
        1,
        True,
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--customers", 10**12), "customers times months may be 100,000,000 at most"),
        (("--customers", 1, "--months", 10**6), "1,000,000 months, at most 600"),
        (("--customers", 1, "--events", 10**15), "events, at most 10,000,000,000"),
    ],
)
def test_a_company_of_no_size_is_refused_with_the_bound(
    ebbline: Ebbline, tmp_path: Path, options: tuple[object, ...], said: str
) -> None:
    ended = ebbline("simulate", "--out", tmp_path / "company", *map(str, options))
    assert (ended.code, said in ended.screen) == (1, True)
    assert not (tmp_path / "company").exists()


def test_a_folder_that_cannot_be_written_to_is_named(ebbline: Ebbline, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("somebody's notes")
    ended = ebbline("simulate", "--out", tmp_path / "file")
    assert (ended.code, "the folder cannot be made" in ended.screen) == (1, True)


def test_settings_with_nonsense_in_the_environment_are_one_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EBBLINE_DBT_MEMORY_LIMIT", "lots")
    with pytest.raises(SettingsError) as raised:
        load_settings(TEST_SETTINGS)
    assert raised.value.evidence == (
        "EBBLINE_DBT_MEMORY_LIMIT: 'lots' is not an amount of memory such as 4GB",
    )
