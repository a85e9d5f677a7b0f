"""A program that has everything imported and runs the pipeline in forked children, one after another.

Importing Dagster and Great Expectations takes most of a small run; a test that starts the pipeline fifty times
pays for it once. Each child leads a process group of its own, as a command started by a shell does, so that it
can be killed alone or with everything it started. How a child is killed is the test's business.
"""

import json
import os
import sys
import traceback
from pathlib import Path


def _run(settings: Path, folder: Path, until: str) -> int:
    """Do what ``ebbline run`` does, without the screen; return its exit code."""
    from dagster_project.defs.resources import Warehouse
    from dagster_project.pipeline import run_pipeline

    outcome = run_pipeline(
        Warehouse(config=str(settings), folder=str(folder), until=until, only_if_changed=True)
    )
    for words in (*outcome.errors, *(check.message for check in outcome.failed_checks)):
        sys.stderr.write(f"{words}\n")
    return int(outcome.exit_code)


def main() -> None:
    """Read one order a line, ``[settings, folder, until]``; answer with the child's id, then how it ended."""
    import dbt.adapters.duckdb
    import dbt.cli.main  # noqa: F401
    import great_expectations  # noqa: F401

    import dagster_project.pipeline  # noqa: F401

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while order := sys.stdin.readline():
        settings, folder, until = json.loads(order)
        child = os.fork()
        if child == 0:
            os.setsid()
            code = 1
            try:
                code = _run(Path(settings), Path(folder), until)
            finally:  # a child must never go on as the parent
                if sys.exc_info()[0] is not None:
                    traceback.print_exc()
                sys.stderr.flush()
                os._exit(code)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
