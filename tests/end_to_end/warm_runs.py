"""A program that has everything imported and runs the pipeline in forked children, one after another.

Importing Dagster and Great Expectations takes most of a small run; a test that starts the pipeline fifty times
pays for it once. Each child leads a process group of its own, as a command started by a shell does, so that it
can be killed alone or with everything it started. How a child is killed is the test's business.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dagster_project.garbage import collect_less_often
from tests.end_to_end.forked_dbt import fork_dbt, warm_up_dbt


@dataclass(frozen=True)
class Order:
    """One run: its settings, when it takes place, of which assets (all where None), and where it is to die.

    ``die_at`` is an event of Python's auditing and a part of one of its arguments, such as ``os.rename`` and the name
    of a file: the run kills itself as that is about to happen, or ``after`` it, at whatever comes next. Its dbt is
    forked from the program (``forked_dbt``), or started as users start it.
    """

    settings: str
    folder: str
    until: str | None = None
    now: str | None = None
    assets: tuple[tuple[str, ...], ...] | None = None
    die_at: tuple[str, str] | None = None
    after: bool = False
    forks_dbt: bool = True

    @classmethod
    def of(cls, found: dict[str, Any]) -> "Order":
        """Return the order that was written as JSON."""
        assets, die_at = found["assets"], found["die_at"]
        found["assets"] = None if assets is None else tuple(map(tuple, assets))
        found["die_at"] = None if die_at is None else tuple(die_at)
        return cls(**found)

    def run(self) -> int:
        """Do what ``ebbline run`` does, without the screen; return its exit code."""
        from dagster_project.defs.graph import build_definitions
        from dagster_project.defs.resources import Warehouse
        from dagster_project.pipeline import JOB, run_pipeline

        if self.forks_dbt:
            fork_dbt()
        if self.now is not None:
            os.environ["EBBLINE_NOW"] = self.now
        if self.die_at is not None:
            _die_at(*self.die_at, after=self.after)
        warehouse = Warehouse(
            config=self.settings,
            folder=self.folder,
            until=self.until,
            only_if_changed=self.assets is None,  # whoever asks for some assets gets them
        )
        if self.assets is not None:
            import dagster as dg

            job = build_definitions(warehouse=warehouse).resolve_job_def(JOB)
            chosen = [dg.AssetKey(list(key)) for key in self.assets]
            done = job.execute_in_process(asset_selection=chosen, raise_on_error=False)
            for event in done.all_events:
                if event.is_failure:
                    sys.stderr.write(f"{event.message}\n{event.event_specific_data}\n")
            return int(not done.success)
        outcome = run_pipeline(warehouse)
        for words in (*outcome.errors, *(check.message for check in outcome.failed_checks)):
            sys.stderr.write(f"{words}\n")
        return int(outcome.exit_code)


@dataclass(frozen=True)
class Command:
    """The command line: its arguments, what it finds in its environment, and the file that is its screen."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    screen: str

    def run(self) -> int:
        """Be the installed command; return its exit code."""
        from dagster_project.cli import main as ebbline

        fork_dbt()
        os.environ.update(self.environment)
        screen = os.open(self.screen, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(screen, 1)
        os.dup2(screen, 2)
        sys.argv = ["ebbline", *self.arguments]
        try:
            ebbline()
        except SystemExit as ended:
            return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        finally:
            sys.stdout.flush()
        return 0


def as_line(order: Order | Command) -> str:
    """Return the line of JSON that ``ordered`` reads."""
    return json.dumps({type(order).__name__: asdict(order)}) + "\n"


def ordered(line: str) -> Order | Command:
    """Return what a line of JSON orders."""
    ((kind, found),) = json.loads(line).items()
    return Order.of(found) if kind == Order.__name__ else Command(**found)


def _die_at(event: str, part: str, *, after: bool) -> None:
    """Kill this process without any goodbye when that event comes."""
    is_over = False

    def watch(seen: str, arguments: tuple[object, ...]) -> None:
        nonlocal is_over
        if seen == "os.kill":  # our own: who listens to it never comes to an end
            return
        if not is_over:
            if seen != event or not any(part in str(argument) for argument in arguments):
                return
            is_over = True
            if after:
                return
        os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def main() -> None:
    """Read one order a line; answer each with the child's id, then with how it ended."""
    import dagster_project.cli
    import dagster_project.pipeline
    import dagster_project.quality.great_expectations_run  # noqa: F401

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what dbt says
    warm_up_dbt()
    collect_less_often()  # children need not look through what all of them share
    answers.write("ready\n")
    answers.flush()
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            os.setsid()
            code = 1
            try:
                code = ordered(line).run()
            finally:  # a child must never go on as the parent
                if sys.exc_info()[0] is not None:
                    traceback.print_exc()
                sys.stderr.flush()
                os._exit(code)
        answers.write(f"{child}\n")
        answers.flush()
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


if __name__ == "__main__":
    main()
