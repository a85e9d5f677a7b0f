"""Loading a warehouse and building some of its models, without Dagster and Great Expectations."""

import json
from collections.abc import Iterable

from dagster_project.clock import Clock
from dagster_project.config import Settings
from dagster_project.exports import ensure_raw_tables, load_source
from dagster_project.exports.coverage import read_coverage
from dagster_project.exports.recurring import recurring_shape
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.dbt_process import dbt


def load_and_build(
    paths: WarehousePaths, settings: Settings, clock: Clock, models: Iterable[str]
) -> str:
    """Load the settings' sources, run the models and all they need; return dbt's variables as JSON."""
    with open_warehouse(paths) as con:
        ensure_raw_tables(con)
        for name, source in settings.sources.named().items():
            load_source(
                con,
                source=name,
                format=source.format,
                path=source.path,
                settings=settings,
                clock=clock,
            )
        coverage = read_coverage(con, settings, clock)
        variables = json.dumps(
            settings.dbt_vars(
                clock,
                recurring_shape(con, settings),
                until=coverage.until,
                covered=coverage.behind,
            )
        )
    done = dbt(
        "run",
        *("--select", *(f"+{model}" for model in models)),
        warehouse_db=paths.warehouse_db,
        target=paths.dbt_target,
        variables=variables,
    )
    assert done.code == 0, done.output
    return variables
