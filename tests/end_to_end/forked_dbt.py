"""dbt as a child of the run that starts it, forked from what the run has imported instead of started anew.

It is a process of its own all the same, prints into a pipe and dies with its parent; importing dbt and what it makes at
first use are spared. The runs by the installed command start the installed dbt.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dagster_dbt.core import dbt_cli_invocation

from dagster_project.engines import dbt_process
from dagster_project.locations import DBT_PROJECT
from dagster_project.transform.lighter_dbt import make_dbt_lighter
from dagster_project.transform.parsed import parsed_project
from tests.integration.dbt_process import warm_up


class ForkedDbt:
    """What ``dagster_dbt`` uses of a ``subprocess.Popen``."""

    def __init__(
        self, args: Sequence[str], *, env: Mapping[str, str], cwd: Path, **_pipes: Any
    ) -> None:
        """Begin; what it prints on both its outputs is read from ``stdout``."""
        self.args = args
        reads, writes = os.pipe()
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                os.dup2(writes, 1)
                os.dup2(writes, 2)
                # The run of which this is a child has sent its own to a file.
                sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
                sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
                os.chdir(cwd)
                os.environ.clear()
                os.environ.update(env)
                sys.argv = list(args)
                dbt_process.main()
                code = 0
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
            finally:  # never go on as the parent
                sys.stdout.flush()
                os._exit(code)
        os.close(writes)
        self.stdout = os.fdopen(reads, "rb")

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; return its exit code, or minus the signal that ended it."""
        if self.returncode is None:
            _, status = os.waitpid(self.pid, 0)
            self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)


def warm_up_dbt() -> None:
    """Import dbt and have it do what it does at first use, for all children of this process."""
    make_dbt_lighter()
    project = str(DBT_PROJECT)
    options = ["--vars", "{}", "--project-dir", project, "--profiles-dir", project]
    warm_up(parsed_project(DBT_PROJECT, {}), ["build", *options])


def fork_dbt() -> None:
    """Have the runs of this process fork dbt where they would start it."""
    popen = {"Popen": ForkedDbt, "PIPE": subprocess.PIPE, "STDOUT": subprocess.STDOUT}
    dbt_cli_invocation.subprocess = SimpleNamespace(**popen)  # type: ignore[attr-defined, assignment]
