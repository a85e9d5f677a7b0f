"""One wrong value in one mart, put there by hand after dbt has built it: nothing is published."""

from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
import duckdb
import pytest
from dagster_dbt import DbtCliResource

from dagster_project.defs.graph import build_definitions
from dagster_project.defs.resources import Warehouse
from dagster_project.errors import ExitCode
from dagster_project.locations import DBT_PROJECT
from dagster_project.pipeline import run_pipeline
from dagster_project.runs import RunOutcome
from dagster_project.screens.run import outcome_lines
from dagster_project.transform.project import dbt_command
from dagster_project.warehouse.paths import WarehousePaths
from tests.sample import WholeRun

CORRUPTION = (
    "update marts.mart_revenue_periods set mrr_closing = mrr_closing + 0.01"
    " where grain = 'month' and dimension = 'all' and period_start = '2026-09-01'"
)


class HandInTheMarts(DbtCliResource):
    """Somebody's hand in the marts that dbt built the night before, and nothing else."""

    database: str

    def cli(self, *_: Any, context: dg.AssetExecutionContext, **__: Any) -> Any:  # type: ignore[override]
        """Change the value; say that every model was built."""
        with duckdb.connect(self.database) as con:
            con.execute(CORRUPTION)
        models = context.assets_def
        names = {key: name for name, key in models.keys_by_output_name.items()}
        in_order = TopologicalSorter(models.asset_deps).static_order()
        return Built([dg.Output(None, names[key]) for key in in_order if key in names])


@dataclass(frozen=True)
class Built:
    """An invocation of dbt that went well."""

    events: list[Any]

    def stream(self) -> list[Any]:
        return self.events

    def is_successful(self) -> bool:
        return True


@pytest.fixture(scope="module")
def company(small_company: WholeRun, tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """The small company with publication 1."""
    return small_company.copied_to(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def paths(company: WholeRun) -> WarehousePaths:
    return company.paths


@pytest.fixture(scope="module")
def before(paths: WarehousePaths) -> bytes:
    return paths.marts_db.read_bytes()


@pytest.fixture(scope="module")
def outcome(company: WholeRun, paths: WarehousePaths, before: bytes) -> RunOutcome:
    """A run in which somebody's hand is."""
    warehouse = Warehouse(config=str(company.config))
    dbt = HandInTheMarts(
        project_dir=str(DBT_PROJECT),
        profiles_dir=str(DBT_PROJECT),
        dbt_executable=dbt_command(),
        database=str(paths.warehouse_db),
    )
    return run_pipeline(warehouse, definitions=build_definitions(warehouse=warehouse, dbt=dbt))


def test_validation_refuses(outcome: RunOutcome) -> None:
    assert outcome.exit_code is ExitCode.NOT_PUBLISHED, outcome.errors
    assert outcome.publication_id is None


def test_the_previous_marts_are_untouched(
    outcome: RunOutcome, paths: WarehousePaths, before: bytes
) -> None:
    assert paths.marts_db.read_bytes() == before


@pytest.mark.parametrize(
    "said",
    [
        "suite marts__mart_revenue_periods",
        "expectation ",
        "2026-09-01",
        "data_docs/validations/marts__mart_revenue_periods/",
        "nothing was published: validation refused",
        "readers see publication 1",
    ],
)
def test_the_screen_names_the_suite_the_expectation_and_the_rows(
    outcome: RunOutcome, paths: WarehousePaths, said: str
) -> None:
    screen = "\n".join(text for text, _ in outcome_lines(outcome, paths))
    assert said in screen
