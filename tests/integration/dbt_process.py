"""Running dbt on a warehouse, as the pipeline does: a process of its own for each run.

Importing dbt takes three seconds, parsing the project four, and a test suite starts it a hundred times: one
program imports it once and forks a child for each run, and what dbt parsed for the same variables is given to the
next run with them. dbt itself judges whether it still holds. Which models are built and what they should hold is
the business of each test.
"""

import atexit
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import NamedTemporaryFile, gettempdir
from typing import Any

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
) -> DbtRun:
    """Run dbt on the project and wait for its end.

    :param command: ``build``, ``run``, ``test``, ...
    :param options: more arguments.
    :param warehouse_db: the DuckDB file that is built.
    :param target: where dbt writes what it parsed and compiled, and its log.
    :param variables: those of the settings, or the same as JSON.
    :param project: the project that is run, or a copy of it with a change.
    """
    program = _program()
    assert program.stdin is not None and program.stdout is not None
    given = variables if isinstance(variables, str) else json.dumps(variables, default=str)
    with NamedTemporaryFile("r", encoding="utf-8", errors="replace") as printed:
        order = {
            "arguments": [
                *(command, *options, "--vars", given),
                *("--project-dir", str(project), "--profiles-dir", str(project)),
                *("--target-path", str(target), "--log-path", str(target)),
            ],
            # dbt parses again for another value of a variable that its profile reads: one name for all warehouses.
            "folder": str(warehouse_db.parent),
            "environment": {**os.environ, "EBBLINE_WAREHOUSE_DB": warehouse_db.name},
            "printed": printed.name,
        }
        parsed = _parsed() / hashlib.sha256(given.encode()).hexdigest() / "partial_parse.msgpack"
        _copy(parsed, target / parsed.name)
        program.stdin.write(json.dumps(order) + "\n")
        program.stdin.flush()
        answer = program.stdout.readline()
        assert answer, "the program that runs dbt has ended"
        _copy(target / parsed.name, parsed)
        return DbtRun(int(answer), printed.read())


@cache
def _parsed() -> Path:
    """Return the folder in which this session of tests keeps what dbt parsed, by variables."""
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(gettempdir()) / f"ebbline-parsed-{session}"
    atexit.register(rmtree, folder, ignore_errors=True)
    return folder


def _copy(file: Path, copy: Path) -> None:
    """Copy a file that is there to where none is; a reader never sees a part of it."""
    if not file.exists() or copy.exists():
        return
    copy.parent.mkdir(parents=True, exist_ok=True)
    part = copy.with_name(f"{copy.name}.{os.getpid()}")
    copyfile(file, part)
    part.rename(copy)


@cache
def _program() -> subprocess.Popen[str]:
    program = subprocess.Popen(
        [sys.executable, "-m", __spec__.name if __spec__ else __name__],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdin is not None
    atexit.register(program.stdin.close)  # it ends when nobody can give it another order
    return program


def _be_dbt(order: dict[str, Any]) -> None:
    """Run dbt with the order's environment, printing into its file; it ends the process."""
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    descriptor = os.open(order["printed"], os.O_WRONLY | os.O_TRUNC)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    from dbt.cli.main import cli

    cli.main(args=order["arguments"], prog_name="dbt")


def main() -> None:
    """Read one order a line; answer each with the exit code of the child that carried it out."""
    import dbt.cli.main  # noqa: F401 - imported once; DuckDB is not, its threads end with their own process

    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            _be_dbt(json.loads(line))
            sys.exit(1)  # never go on as the parent
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
