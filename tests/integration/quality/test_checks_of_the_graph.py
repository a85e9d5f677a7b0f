"""What Dagster shows of an expectation that failed: severity, what was observed, rows, the page."""

import shutil
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.defs import validate
from dagster_project.defs.resources import Warehouse
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths

BROKEN = """
update raw.customers set _loaded_at = null where customer_id = 'c2';
update raw.plans set unit_amount = -1 where plan_id = 'p2';
"""
CHOSEN = {"customers": "required_values_are_given", "plans": "prices_are_not_negative"}

Evaluations = dict[str, dg.AssetCheckEvaluation]


@pytest.fixture(scope="module")
def broken(
    valid_warehouse: WarehousePaths, tmp_path_factory: pytest.TempPathFactory
) -> WarehousePaths:
    """A copy of the valid warehouse with one broken row in each of two tables."""
    paths = WarehousePaths(tmp_path_factory.mktemp("broken"))
    shutil.copyfile(valid_warehouse.warehouse_db, paths.warehouse_db)
    with open_warehouse(paths) as con:
        con.execute(BROKEN)
    return paths


@pytest.fixture(scope="module")
def evaluations(broken: WarehousePaths) -> Evaluations:
    """Two checks of the raw tables, as Dagster ran them."""
    keys = [dg.AssetCheckKey(dg.AssetKey(["raw", table]), name) for table, name in CHOSEN.items()]
    job = dg.define_asset_job("chosen", selection=dg.AssetSelection.checks(*keys))
    definitions = dg.Definitions(
        asset_checks=validate.definitions().asset_checks,
        jobs=[job],
        resources={"warehouse": Warehouse(folder=str(broken.root))},
    )
    result = definitions.resolve_job_def("chosen").execute_in_process(raise_on_error=False)
    return {found.asset_key.path[-1]: found for found in result.get_asset_check_evaluations()}


def test_a_critical_one_is_an_error_that_blocks(evaluations: Evaluations) -> None:
    found = evaluations["customers"]
    assert (found.passed, found.severity, found.blocking) == (
        False,
        dg.AssetCheckSeverity.ERROR,
        True,
    )


def test_a_warning_informs(evaluations: Evaluations) -> None:
    found = evaluations["plans"]
    assert (found.passed, found.severity, found.blocking) == (
        False,
        dg.AssetCheckSeverity.WARN,
        False,
    )


def test_it_tells_what_was_observed(evaluations: Evaluations) -> None:
    assert evaluations["plans"].metadata["observed"].value == "broken by 1 of 2 rows"


def test_it_shows_the_rows_by_their_keys(evaluations: Evaluations) -> None:
    assert evaluations["plans"].metadata["failing_rows"].value == [
        {"plan_id": "p2", "unit_amount": "-1.000000"}
    ]


def test_it_shows_nothing_personal(evaluations: Evaluations) -> None:
    rows = evaluations["customers"].metadata["failing_rows"].value
    assert isinstance(rows, list)
    assert [(row["customer_id"], {"name", "email"} & set(row)) for row in rows] == [("c2", set())]


def test_it_names_the_page_of_data_docs_that_shows_it(
    evaluations: Evaluations, broken: WarehousePaths
) -> None:
    page = Path(str(evaluations["plans"].metadata["data_docs"].value))
    assert page.is_relative_to(broken.data_docs.resolve())
    assert "unit_amount" in page.read_text(encoding="utf-8")
