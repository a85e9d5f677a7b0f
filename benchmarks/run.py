"""`ebbline run` on the sample beside `dbt build` alone on the same loaded warehouse, pair by pair.

    python benchmarks/run.py [--pairs 3]

Set-up of the environment is not part of it. Both are whole processes; dbt builds anew (`--full-refresh`), as
the first run does.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from dagster_project.clock import SystemClock
from dagster_project.config import load_settings
from dagster_project.exports.recurring import recurring_shape
from dagster_project.locations import DBT_PROJECT, PROJECT_ROOT
from dagster_project.transform.project import dbt_command
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths


def main() -> None:
    """Print one line per pair and the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=3)
    pairs = [_pair() for _ in range(parser.parse_args().pairs)]
    for run, build in pairs:
        print(f"ebbline run {run:6.1f} s   dbt build {build:6.1f} s   ratio {run / build:.2f}")
    runs, builds = zip(*pairs, strict=True)
    ratio = statistics.median(run / build for run, build in pairs)
    print(
        f"median      {statistics.median(runs):6.1f} s             "
        f"{statistics.median(builds):6.1f} s   ratio {ratio:.2f}"
    )


def _pair() -> tuple[float, float]:
    """Return the seconds of a first run and of dbt alone."""
    with TemporaryDirectory(prefix="ebbline-bench-") as folder:
        run = _seconds(
            [str(Path(sys.executable).with_name("ebbline")), "run", "--warehouse", folder], {}
        )
        paths, clock = WarehousePaths(Path(folder)), SystemClock()
        settings = load_settings(PROJECT_ROOT / "ebbline.yml", warehouse=paths.root)
        with open_warehouse(paths) as con:
            variables = settings.dbt_vars(clock, recurring_shape(con, settings))
        build = _seconds(
            [
                *(dbt_command(), "build", "--full-refresh", "--project-dir", str(DBT_PROJECT)),
                *("--exclude-resource-type", "unit_test", "--profiles-dir", str(DBT_PROJECT)),
                *("--target-path", f"{folder}/target", "--log-path", f"{folder}/target"),
                *("--vars", json.dumps(variables)),
            ],
            {"EBBLINE_WAREHOUSE_DB": str(paths.warehouse_db)},
        )
    return run, build


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(
        command,
        cwd=PROJECT_ROOT,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
