"""`ebbline run` on the sample beside `dbt build` of its models, by our dbt and by plain dbt, and of one model.

    python benchmarks/run.py [--pairs 3]

Set-up of the environment is not part of it. All are whole processes; dbt builds anew (`--full-refresh`), as
the first run does. The first pair parses the project and is not counted.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from dagster_project.clock import SystemClock
from dagster_project.config import load_settings
from dagster_project.exports.recurring import recurring_shape
from dagster_project.locations import DBT_PROJECT, PROJECT_ROOT
from dagster_project.transform.project import dbt_command
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths

ONE_MODEL = {
    "dbt_project.yml": "{name: one, version: '1.0', profile: one}",
    "profiles.yml": "one: {target: it, outputs: {it: {type: duckdb, path: one.duckdb}}}",
    "models/one.sql": "select 1 as one",
}

PLAIN_DBT = str(Path(sys.executable).with_name("dbt"))
QUIET = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}


@dataclass(frozen=True)
class Took:
    """Seconds of the clock and of the processors."""

    wall: float
    cpu: float


def main() -> None:
    """Print one line per pair and the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=3)
    pairs = [_pair() for _ in range(parser.parse_args().pairs + 1)][1:]
    heads = ("ebbline run", "ebbline-dbt", "dbt", "dbt, one model")
    print(f"{'':8} {' '.join(f'{head:>18}' for head in heads)}    ratios")
    for row in pairs:
        print(f"{'':8} {_line(row)}")
    medians = [
        Took(statistics.median(t.wall for t in column), statistics.median(t.cpu for t in column))
        for column in zip(*pairs, strict=True)
    ]
    print(f"{'median':8} {_line(medians)}")


def _line(took: list[Took]) -> str:
    run, *others = took
    each = " ".join(f"{one.wall:8.1f} s ({one.cpu:5.1f})" for one in took)
    ratios = ", ".join(f"{run.wall / one.wall:.2f} (cpu {run.cpu / one.cpu:.2f})" for one in others)
    return f"{each}    {ratios}"


def _pair() -> list[Took]:
    """Return what a first run took, its dbt alone, plain dbt of the same models, and plain dbt of one model."""
    with TemporaryDirectory(prefix="ebbline-bench-") as folder:
        run = _took(
            [str(Path(sys.executable).with_name("ebbline")), "run", "--warehouse", folder], {}
        )
        paths, clock = WarehousePaths(Path(folder)), SystemClock()
        settings = load_settings(PROJECT_ROOT / "ebbline.yml", warehouse=paths.root)
        with open_warehouse(paths) as con:
            variables = settings.dbt_vars(clock, recurring_shape(con, settings))
        builds = [
            _took(
                [
                    *_dbt_build(dbt, DBT_PROJECT, Path(folder) / "target"),
                    *("--full-refresh", "--exclude-resource-type", "unit_test"),
                    *("--vars", json.dumps(variables)),
                ],
                {"EBBLINE_WAREHOUSE_DB": str(paths.warehouse_db), **QUIET},
            )
            for dbt in (dbt_command(), PLAIN_DBT)
        ]
    return [run, *builds, _one_model()]


def _one_model() -> Took:
    with TemporaryDirectory(prefix="ebbline-bench-") as folder:
        project = Path(folder)
        for name, text in ONE_MODEL.items():
            (project / name).parent.mkdir(exist_ok=True)
            (project / name).write_text(text, encoding="utf-8")
        return _took(_dbt_build(PLAIN_DBT, project, project / "target"), QUIET, cwd=project)


def _dbt_build(dbt: str, project: Path, target: Path) -> list[str]:
    return [
        *(dbt, "build", "--project-dir", str(project), "--profiles-dir", str(project)),
        *("--target-path", str(target), "--log-path", str(target)),
    ]


def _took(command: list[str], environment: dict[str, str], *, cwd: Path = PROJECT_ROOT) -> Took:
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Took(time.perf_counter() - started, cpu)


if __name__ == "__main__":
    main()
