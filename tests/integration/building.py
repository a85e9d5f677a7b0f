"""Loading a warehouse and building some of its models, without Dagster and Great Expectations."""

import json
import os
import subprocess
from collections.abc import Iterable

from dagster_project.clock import Clock
from dagster_project.config import Settings
from dagster_project.exports import ensure_raw_tables, load_source
from dagster_project.exports.recurring import recurring_shape
from dagster_project.transform.project import DBT_PROJECT, dbt_command
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths


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
        variables = json.dumps(settings.dbt_vars(clock, recurring_shape(con, settings)))
    subprocess.run(
        [
            *(dbt_command(), "run", "--project-dir", str(DBT_PROJECT)),
            *("--profiles-dir", str(DBT_PROJECT), "--target-path", str(paths.dbt_target)),
            *("--log-path", str(paths.logs), "--vars", variables),
            *("--select", *(f"+{model}" for model in models)),
        ],
        env={**os.environ, "EBBLINE_WAREHOUSE_DB": str(paths.warehouse_db)},
        check=True,
        capture_output=True,
    )
    return variables
