"""Which runs build everything anew: all but those that follow a whole run of the same SQL."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster_dbt import DbtCliResource

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.defs.resources import Warehouse
from dagster_project.defs.transform import definitions
from dagster_project.exports import ensure_raw_tables, load_source
from dagster_project.locations import DBT_PROJECT
from dagster_project.transform.project import dbt_command
from dagster_project.warehouse.connection import open_warehouse

SOME = [dg.AssetKey(["intermediate", "int_plans"])]
(DBT_BUILD,) = [a for a in definitions().assets or () if isinstance(a, dg.AssetsDefinition)]


class Invocation:
    """What dbt would be, having built nothing."""

    def __init__(self, *, succeeds: bool) -> None:
        self.succeeds = succeeds

    def stream(self) -> list[Any]:
        return []

    def is_successful(self) -> bool:
        return self.succeeds

    def get_error(self) -> Exception:
        return RuntimeError("dbt was told to fail")


class Dbt(DbtCliResource):
    """dbt that only remembers what it was told."""

    succeeds: bool = True

    def cli(self, arguments: list[str], **_: Any) -> Invocation:  # type: ignore[override]
        told.append("--full-refresh" in arguments)
        return Invocation(succeeds=self.succeeds)


told: list[bool] = []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a warehouse into which a file was loaded."""
    told.clear()
    paths = Warehouse(folder=str(tmp_path)).paths
    paths.dbt_target.mkdir(parents=True)
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "plans.csv").write_text(
        "plan_id,unit_amount,currency,interval\nsilver,10,USD,month\n"
    )
    with open_warehouse(paths) as con:
        ensure_raw_tables(con)
        load_source(
            con,
            source="billing",
            format="canonical",
            path=exports,
            settings=Settings.model_validate({"sources": {"billing": {"path": str(exports)}}}),
            clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC)),
        )
    return tmp_path


def run(
    folder: Path,
    *,
    some: list[dg.AssetKey] | None = None,
    succeeds: bool = True,
    full_refresh: bool = False,
) -> None:
    """Run stage 3, or some models of it."""
    dg.materialize(
        [DBT_BUILD],
        selection=some,
        resources={
            "warehouse": Warehouse(folder=str(folder), full_refresh=full_refresh),
            "dbt": Dbt(
                project_dir=str(DBT_PROJECT),
                profiles_dir=str(DBT_PROJECT),
                dbt_executable=dbt_command(),
                succeeds=succeeds,
            ),
        },
        raise_on_error=False,
    )


def test_only_a_night_after_a_whole_run_keeps_what_is_there(folder: Path) -> None:
    run(folder)
    assert told.pop(), "the first run has nothing to keep"
    run(folder)
    assert not told.pop(), "a night after a whole run"
    run(folder, some=SOME)
    assert not told.pop()
    run(folder)
    assert told.pop(), "a night after a run of some models"
    run(folder, succeeds=False)
    assert not told.pop()
    run(folder)
    assert told.pop(), "a night after a run that failed"
    run(folder, full_refresh=True)
    assert told.pop(), "whoever asks for everything"
