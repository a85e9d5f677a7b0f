"""Who may read the published file, and that it tells of no person unless the settings say so."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dagster_project.exports.coverage import coverage_of, read_coverage
from dagster_project.locations import DBT_PROJECT
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication import pending_change, publish
from tests.integration.warehouse.hand_made import NO_CODE, build_marts, clock_at, load, settings_for

PERSONAL = ("name", "email", "owner", "comment")


def _published(root: Path, **publishing: Any) -> Path:
    """Publish customers with a name, an address and an owner, described by the real models."""
    settings = settings_for(root)
    changed = settings.publish.model_copy(update=publishing)
    with open_warehouse(WarehousePaths(root)) as con:
        load(con, 1)
        build_marts(con, 1)
        con.execute(
            "create or replace table marts.dim_customers as select 'c1' as customer_id,"
            " 'Ann' as name, 'ann@example.com' as email, 'Bob' as account_owner, 'DE' as country"
        )
    shown, paths = settings.model_copy(update={"publish": changed}), WarehousePaths(root)
    publish(
        paths,
        settings=shown,
        clock=clock_at(1),
        coverage=coverage_of(paths, shown, clock_at(1)),
        validation_summary={},
    )
    return root / "marts.duckdb"


def _customers(file: Path) -> list[dict[str, Any]]:
    with duckdb.connect(str(file), read_only=True) as con:
        customers: list[dict[str, Any]] = con.sql("from dim_customers").df().to_dict("records")
    return customers


def test_names_addresses_and_owners_are_published_empty(tmp_path: Path) -> None:
    assert _customers(_published(tmp_path)) == [
        {
            "customer_id": "c1",
            "name": None,
            "email": None,
            "account_owner": None,
            "country": "DE",
        }
    ]


def test_no_byte_of_them_is_in_the_file(tmp_path: Path) -> None:
    assert b"ann@example.com" not in _published(tmp_path).read_bytes()


def test_they_are_published_where_the_settings_say_so(tmp_path: Path) -> None:
    (customer,) = _customers(_published(tmp_path, personal_data=True))
    assert (customer["name"], customer["account_owner"]) == ("Ann", "Bob")


def test_every_mart_column_that_may_name_a_person_is_marked_in_its_yaml() -> None:
    unmarked = [
        f"{model['name']}.{column['name']}"
        for file in sorted((DBT_PROJECT / "models" / "marts").rglob("*.yml"))
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", ())
        for column in model["columns"]
        if column["name"].split("_")[-1] in PERSONAL
        and column["name"] not in ("plan_name", "member_name")
        and not column.get("config", {}).get("meta", {}).get("personal")
    ]
    assert unmarked == []


@pytest.mark.parametrize("mode", ["0400", "0440"])
def test_the_mode_of_published_files_is_a_setting(tmp_path: Path, mode: str) -> None:
    marts = _published(tmp_path, file_mode=mode)
    files = [marts, tmp_path / "publications" / "000001.duckdb"]
    assert [f"{file.stat().st_mode & 0o777:04o}" for file in files] == [mode, mode]


def test_the_next_run_publishes_anew_when_readers_shall_see_something_else(tmp_path: Path) -> None:
    _published(tmp_path)
    settings = settings_for(tmp_path)
    shown = settings.publish.model_copy(update={"personal_data": True})
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        pending = pending_change(
            con,
            settings=settings.model_copy(update={"publish": shown}),
            coverage=read_coverage(con, settings, clock_at(2)),
            project=NO_CODE,
        )
    assert "publish.personal_data is now True" in pending.reasons
