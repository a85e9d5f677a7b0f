"""Running dbt on a warehouse, as the pipeline does: a process of its own for each run.

Importing dbt takes three seconds and parsing the project nine, and a test suite starts it a hundred times: one program
imports it once, parses once for all variables that give the same graph, and forks a child for each run. Which models
are built and what they should hold is the business of each test.
"""

import atexit
import gc
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any

import yaml

from dagster_project.locations import DBT_PROJECT


@dataclass(frozen=True)
class DbtRun:
    """How a run of dbt ended, and what it printed."""

    code: int
    output: str


def dbt(
    command: str,
    *options: str,
    warehouse_db: Path,
    target: Path,
    variables: dict[str, Any] | str,
    project: Path = DBT_PROJECT,
    write_json: bool = False,
) -> DbtRun:
    """Run dbt on the project and wait for its end.

    :param command: ``build``, ``run``, ``test``, ...
    :param options: more arguments.
    :param warehouse_db: the DuckDB file that is built.
    :param target: where dbt writes what it parsed and compiled, and its log.
    :param variables: those of the settings, or the same as JSON.
    :param project: the project that is run, or a copy of it with a change.
    :param write_json: whether the manifest and the results are written, which takes as long as a small model.
    """
    program = _program()
    assert program.stdin is not None and program.stdout is not None
    given = variables if isinstance(variables, str) else json.dumps(variables, default=str)
    with NamedTemporaryFile("r", encoding="utf-8", errors="replace") as printed:
        order = {
            "arguments": [
                *(command, *options, "--vars", given),
                *("--project-dir", str(project), "--profiles-dir", _profiles(project).name),
                *("--target-path", str(target), "--log-path", str(target)),
                "--write-json" if write_json else "--no-write-json",
            ],
            # dbt parses again for another value of a variable that its profile reads: one name for all warehouses.
            "folder": str(warehouse_db.parent),
            # A line for each model begun and ended costs a tenth of a build and nobody reads it.
            "environment": {
                **os.environ,
                "EBBLINE_WAREHOUSE_DB": warehouse_db.name,
                "DBT_LOG_LEVEL": "warn",
                "DBT_LOG_LEVEL_FILE": "none",
                # What is parsed of a copy is kept beside it, and goes with it.
                **({"XDG_CACHE_HOME": str(project.parent)} if project != DBT_PROJECT else {}),
            },
            "printed": printed.name,
            "project": str(project),
            "variables": given,
        }
        program.stdin.write(json.dumps(order) + "\n")
        program.stdin.flush()
        answer = program.stdout.readline()
        assert answer, "the program that runs dbt has ended"
        return DbtRun(int(answer), printed.read())


@cache
def _profiles(project: Path) -> "TemporaryDirectory[str]":
    """Return a folder with the project's profile for one thread: tests have a worker for each processor."""
    profile = yaml.safe_load((project / "profiles.yml").read_text(encoding="utf-8"))
    output = profile["ebbline"]["outputs"]["duckdb"]
    output["threads"] = output["config_options"]["threads"] = 1
    folder = TemporaryDirectory()
    (Path(folder.name) / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")
    return folder


@cache
def _program() -> subprocess.Popen[str]:
    program = subprocess.Popen(
        [sys.executable, "-m", __spec__.name if __spec__ else __name__],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdin is not None
    atexit.register(program.stdin.close)  # it ends when nobody can give it another order
    return program


def _go(order: dict[str, Any]) -> None:
    """Go to the order's folder and environment."""
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])


def _be_dbt(order: dict[str, Any], manifest: Any) -> int:
    """Run dbt with the order's environment, printing into its file; return its exit code."""
    descriptor = os.open(order["printed"], os.O_WRONLY | os.O_TRUNC)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    from dbt.cli.main import dbtRunner

    ended = dbtRunner(manifest=manifest).invoke(order["arguments"])
    _close_duckdb()
    if ended.exception is not None:
        sys.stdout.write(f"{ended.exception}\n")
        return 2
    return int(not ended.success)


def warm_up(manifest: Any, arguments: list[str]) -> None:
    """Have dbt make what it makes at first use (plugins, schemas of its own classes, macros), once for all children.

    Listing nothing takes the same way as a run, up to the first connection.
    """
    from dbt.cli.main import dbtRunner
    from dbt_common.clients.jinja import get_template, template_cache

    _, *options = arguments
    of_project = options[options.index("--vars") :]
    dbtRunner(manifest=manifest).invoke(["--quiet", "list", "--select", "fqn:none", *of_project])
    if manifest is not None:
        for macro in manifest.macros.values():
            template_cache.get_node_template(macro)
        for node in manifest.nodes.values():
            if node.resource_type == "model":
                get_template(node.raw_code, {}, node)


def _close_duckdb() -> None:
    """Close the database as a process that ends by itself would: what is in its log goes into the file."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    environment = getattr(DuckDBConnectionManager, "_ENV", None)
    connection = getattr(environment, "conn", None)
    if connection is not None:
        connection.close()


def main() -> None:
    """Read one order a line; answer each with the exit code of the child that carried it out."""
    # Imports dbt, once; no connection to DuckDB, its threads end with their own process.
    from dagster_project.transform.lighter_dbt import make_dbt_lighter
    from dagster_project.transform.parsed import graph_key, parsed_project

    make_dbt_lighter()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what dbt says while it parses
    manifests: dict[tuple[str, ...], Any] = {}
    while line := sys.stdin.readline():
        order = json.loads(line)
        _go(order)
        of = Path(order["project"]), json.loads(order["variables"])
        key = (order["project"], *graph_key(*of))
        if manifests.get(key) is None:  # where dbt cannot parse it, the run says why
            manifests[key] = parsed_project(*of)
            warm_up(manifests[key], order["arguments"])
            gc.freeze()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = _be_dbt(order, manifests[key])
            finally:  # never go on as the parent
                sys.stdout.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


if __name__ == "__main__":
    main()
