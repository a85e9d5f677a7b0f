"""What Dagster shows of a source's exports: refused files each by itself, and folders without a file."""

from pathlib import Path

import dagster as dg
import pytest

from dagster_project.defs import ingest
from dagster_project.defs.resources import Warehouse
from dagster_project.exports.contract import SOURCES, tables_of


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    """A folder that holds the settings, and an empty one for each of two sources."""
    folder = tmp_path / "landing"
    for source in ("billing", "support"):
        (folder / source).mkdir(parents=True)
    (tmp_path / "ebbline.yml").write_text(
        "sources:\n  billing: {path: landing/billing}\n  support: {path: landing/support}\n"
        "warehouse: warehouse\n"
    )
    return folder


def _ingested(landing: Path, source: str) -> dg.ExecuteInProcessResult:
    """Load one source as the UI does when its assets are materialised."""
    (assets,) = (
        one
        for one in ingest.definitions(
            {table.name: "One row per row." for known in SOURCES for table in tables_of(known)}
        ).assets
        or ()
        if isinstance(one, dg.AssetsDefinition) and one.op.name == f"ingest_{source}"
    )
    warehouse = Warehouse(config=str(landing.parent / "ebbline.yml"))
    return dg.materialize([assets], resources={"warehouse": warehouse}, raise_on_error=False)


def _folders_without_a_file(result: dg.ExecuteInProcessResult) -> set[str]:
    return {
        str(event.step_materialization_data.materialization.metadata[ingest.NO_FILES_IN].value)
        for event in result.get_asset_materialization_events()
        if ingest.NO_FILES_IN in event.step_materialization_data.materialization.metadata
    }


def test_an_empty_folder_is_named_on_the_assets_of_its_source(landing: Path) -> None:
    folder = str(landing / "support")
    assert _folders_without_a_file(_ingested(landing, "support")) == {folder}


def test_a_folder_with_a_file_that_nobody_knows_is_not_empty(landing: Path) -> None:
    (landing / "support" / "notes.csv").write_text("x\n")
    assert _folders_without_a_file(_ingested(landing, "support")) == set()


def test_a_source_that_is_not_configured_has_no_folder_to_be_empty(landing: Path) -> None:
    assert _folders_without_a_file(_ingested(landing, "usage")) == set()


def test_every_refused_file_of_a_table_is_a_refusal_of_its_own(landing: Path) -> None:
    for name in ("customers-1.csv", "customers-2.csv"):
        (landing / "billing" / name).write_text("name\nAnn\n")

    checks = {
        found.asset_key.path[-1]: found
        for found in _ingested(landing, "billing").get_asset_check_evaluations()
        if found.check_name == ingest.FILES_ACCEPTED
    }

    refusals = checks["customers"].metadata[ingest.REFUSALS].value
    assert isinstance(refusals, list)
    assert [str(one).split(":")[0] for one in refusals] == ["customers-1.csv", "customers-2.csv"]
