"""``ebbline-dbt``: dbt as a process that never outlives the run which started it.

dbt holds DuckDB's one write lock. When a run is killed, an orphaned dbt would go on writing beside the next
run; the kernel is asked to kill it together with its parent.
"""

import argparse
import ctypes
import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.warehouse.paths import WarehousePaths

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

_PR_SET_PDEATHSIG = 1
_PARENT = "EBBLINE_DBT_PARENT"


@contextmanager
def parent_named() -> Iterator[None]:
    """Tell a dbt that is started within the block who its parent is.

    Without it, a dbt whose parent is killed before its first line runs takes whoever adopts it for that parent.
    """
    os.environ[_PARENT] = str(os.getpid())
    try:
        yield
    finally:
        del os.environ[_PARENT]


def main() -> None:
    """Run dbt with this process's arguments; dies with the process that started it (Linux)."""
    parent = int(os.environ.pop(_PARENT, os.getppid()))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the kernel was asked
            os._exit(1)
    # What DuckDB writes for dbt (its log, what it spills) holds personal rows.
    os.umask(0o077)
    if sys.argv[1:] == ["--version"]:
        # Dagster asks before every run, and dbt would ask a server whether there is a newer one.
        sys.stdout.write(f"installed: {version('dbt-core')}\n")
        return
    # What it prints is kept in the run's own log; a second copy of it costs a tenth of a run.
    os.environ.setdefault("DBT_LOG_LEVEL_FILE", "none")
    from dbt.cli.main import cli

    from dagster_project.transform.lighter_dbt import make_dbt_lighter

    arguments = sys.argv[1:]
    if arguments[:1] != ["build"]:
        cli()
        return
    make_dbt_lighter()
    parsed = _parsed(arguments)
    gc.freeze()
    sys.exit(_build(parsed, arguments))


def _build(parsed: "Manifest | None", arguments: list[str]) -> int:
    """Build with the engine that the environment names; return dbt's exit code."""
    from dbt.cli.main import dbtRunner

    def build() -> int:
        ended = dbtRunner(manifest=parsed).invoke(arguments)
        return 0 if ended.success else 2 if ended.exception else 1

    if parsed is None or os.environ.get("EBBLINE_DBT_TARGET") != "spark":
        return build()
    from dagster_project.engines.spark import build_on_spark

    paths = WarehousePaths(Path(os.environ["EBBLINE_WAREHOUSE_DB"]).parent)
    try:
        return build_on_spark(paths, parsed, build, of_all="fqn:*" in arguments)
    except Exception as error:  # noqa: BLE001 - of Java, which raises what it likes
        # As dbt says what went wrong; the run that started it tells it.
        said = {"level": "error", "name": "SparkFailed", "msg": f"Spark: {error}"}
        traceback.print_exc()
        sys.stdout.write(json.dumps({"info": said, "data": {}}) + "\n")
        return 1


def _parsed(arguments: list[str]) -> "Manifest | None":
    """Return what is parsed for a run with these arguments; None where dbt is to do it.

    Dagster names the project in the environment, a person by an option.
    """
    from dagster_project.transform.parsed import parsed_project

    options = argparse.ArgumentParser(exit_on_error=False)
    options.add_argument("--vars", type=json.loads, default={})
    options.add_argument("--project-dir", type=Path, default=os.environ.get("DBT_PROJECT_DIR"))
    known, _ = options.parse_known_args(arguments)
    return parsed_project(known.project_dir, known.vars) if known.project_dir else None


if __name__ == "__main__":
    main()
