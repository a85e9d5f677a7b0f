"""The terminal: what a command says and answers, on which stream. The only place that writes to it."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from rich.console import Console

from dagster_project.commands.options import OutputFormat
from dagster_project.errors import EbblineError
from dagster_project.runs.progress import FollowedRun
from dagster_project.screens import Line
from dagster_project.shown import shown
from dagster_project.warehouse.paths import WarehousePaths

# Bound to the real streams: what a run's tools print meanwhile goes to its log.
screen = Console(file=sys.stdout, highlight=False, soft_wrap=True)
errors = Console(file=sys.stderr, highlight=False, soft_wrap=True)


def as_text(value: object) -> str:
    """Return a value as plain text for the screen: no markup, no terminal control characters."""
    return shown(value, keep="\n\t")


def say(line: str = "", style: str | None = None) -> None:
    """Say one line."""
    screen.print(as_text(line), style=style, markup=False)


def tell(lines: Iterable[Line]) -> None:
    """Say lines, each in its style."""
    for line, style in lines:
        say(line, style)


def complain(failure: EbblineError) -> None:
    """Say on standard error what went wrong."""
    errors.print(as_text(failure), style="red", markup=False)


@contextmanager
def following_run(paths: WarehousePaths) -> Iterator[None]:
    """Show the stage of the run that begins now, the share done and the time left, on a terminal."""
    run, ended = FollowedRun(paths), Event()
    with screen.status("beginning ...") as status:

        def follow() -> None:
            reported, since = -1, time.monotonic()
            while not ended.wait(1.0):
                reports = run.ended()
                if len(reports) != reported:
                    reported, since = len(reports), time.monotonic()
                now = run.progress(reports, time.monotonic() - since)
                status.update("ending ..." if now is None else str(now))

        watching = Thread(target=follow, daemon=True)
        watching.start()
        try:
            yield
        finally:
            ended.set()
            watching.join()


def answer_text(text: str) -> None:
    """Write an answer for programs as it is: no markup, no wrapping."""
    sys.stdout.write(text)


def answer_json(text: str) -> None:
    """Write JSON as it is: no markup, no wrapping."""
    sys.stdout.write(text + "\n")


def answer(
    format: OutputFormat,
    *,
    lines: Callable[[], Iterable[Line]],
    csv: Callable[[], str],
    json: Callable[[], str],
    closing: Iterable[Line],
) -> None:
    """Print an answer as lines, CSV or JSON; beside the latter two, ``closing`` goes to standard error."""
    match format:
        case OutputFormat.TABLE:
            tell(lines())
            return
        case OutputFormat.CSV:
            sys.stdout.write(csv())
        case OutputFormat.JSON:
            sys.stdout.write(json() + "\n")
    for line, style in closing:
        errors.print(as_text(line), style=style, markup=False)
