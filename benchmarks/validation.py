"""Validation at size: what Great Expectations takes of a run, on a warehouse that is already built.

Runs both stages on a warehouse, reading only: contexts, results and Data Docs go to a temporary folder.
Prints the seconds of the import and of each stage, the statements that DuckDB took longest to answer, and,
given what ingest and dbt took on the same data, the share of the run, in seconds of the clock and of the
processor. Promised: at most 15 %.

    python benchmarks/validation.py                                    # what transform.py left, small
    python benchmarks/validation.py --warehouse DIR --steps FILE       # FILE: what transform.py printed
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dagster_project.quality.checks import Stage
from dagster_project.quality.suites import STAGES, Suite, read_suites
from dagster_project.quality.validation import validate
from dagster_project.warehouse.paths import WarehousePaths

ROOT = Path(__file__).resolve().parents[1]
SMALL = ROOT / "benchmarks" / "data" / "transform-2000-2000-500000-36" / "work"
PROMISED_SHARE = 0.15
# The lines of transform.py that are part of a first run.
OTHER_STEPS = ("ebbline load_source", "dbt models, full")
NAME_WIDTH = 28


@dataclass(frozen=True)
class Took:
    """Seconds of the clock and of the processor."""

    seconds: float
    cpu: float

    @classmethod
    def now(cls) -> "Took":
        """Where both clocks of this process stand."""
        return cls(time.perf_counter(), time.process_time())

    def __add__(self, other: "Took") -> "Took":
        return Took(self.seconds + other.seconds, self.cpu + other.cpu)

    def __sub__(self, other: "Took") -> "Took":
        return Took(self.seconds - other.seconds, self.cpu - other.cpu)

    def __truediv__(self, other: "Took") -> tuple[float, float]:
        return self.seconds / other.seconds, self.cpu / other.cpu


@dataclass
class Answers:
    """The statements that a stage sent to DuckDB, with the seconds each took."""

    seconds: list[tuple[float, str]] = field(default_factory=list)
    _begun: float = 0.0

    def before(self, *_: Any) -> None:
        """A statement is about to be sent."""
        self._begun = time.perf_counter()

    def after(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """It has been answered."""
        self.seconds.append((time.perf_counter() - self._begun, statement))


def main() -> None:
    """Print the seconds of the import and of each stage, the slowest statements, and the share."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warehouse", type=Path, default=SMALL, help="folder of warehouse.duckdb")
    parser.add_argument("--steps", type=Path, help="what transform.py printed for the same data")
    parser.add_argument("--slowest", type=int, default=10)
    arguments = parser.parse_args()
    database = arguments.warehouse / "warehouse.duckdb"
    if not database.is_file():
        sys.exit(f"{database} does not exist: run benchmarks/transform.py, or name a --warehouse")
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    print(f"{'step':<{NAME_WIDTH}}{'seconds':>9}{'cpu s':>9}")
    total = _show_step("import", _import())
    suites = read_suites()
    with _beside(database) as paths:
        for stage in STAGES:
            total += _show_stage(paths, stage, suites, arguments.slowest)
    _show_step("together", total)
    if arguments.steps is not None:
        other = _other_steps(arguments.steps.read_text(encoding="utf-8"))
        seconds, cpu = total / (total + other)
        print(f"share of a run: {seconds:.1%} of the seconds, {cpu:.1%} of the processor's")
        print(f"promised: at most {PROMISED_SHARE:.0%}")


def _import() -> Took:
    begun = Took.now()
    import dagster_project.quality.great_expectations_run  # noqa: F401

    return Took.now() - begun


@contextmanager
def _beside(database: Path) -> Iterator[WarehousePaths]:
    """A warehouse folder whose database is the given one and whose other files are thrown away."""
    with TemporaryDirectory(prefix="ebbline-bench-") as folder:
        paths = WarehousePaths(Path(folder))
        paths.create()
        paths.warehouse_db.symlink_to(database.resolve())
        yield paths


def _show_stage(
    paths: WarehousePaths, stage: Stage, suites: tuple[Suite, ...], slowest: int
) -> Took:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    answers = Answers()
    event.listen(Engine, "before_cursor_execute", answers.before)
    event.listen(Engine, "after_cursor_execute", answers.after)
    begun = Took.now()
    try:
        report = validate(paths, stage)
    finally:
        event.remove(Engine, "before_cursor_execute", answers.before)
        event.remove(Engine, "after_cursor_execute", answers.after)
    took = Took.now() - begun
    failed = len(report.critical_failures) + len(report.warnings)
    asked = sum(seconds for seconds, _ in answers.seconds)
    _show_step(
        f"stage {stage}",
        took,
        f"{len(report.results)} expectations, {failed} failed; DuckDB answering {asked:.1f} s",
    )
    for seconds, statement in sorted(answers.seconds, reverse=True)[:slowest]:
        print(f"  {seconds:>7.2f}  {_named(statement, suites)}")
    return took


def _named(statement: str, suites: tuple[Suite, ...]) -> str:
    """Return the expectation that a statement asks for, or how the statement begins."""
    text = " ".join(statement.split())
    for suite in suites:
        for expectation in suite.expectations:
            # What stands before and after the table; GX puts the table in between in its own way.
            parts = expectation.question.kwargs.get("unexpected_rows_query", "").split("{batch}")
            if (
                parts != [""]
                and suite.table in text
                and all(part.strip() in text for part in parts)
            ):
                return f"{suite.name} {expectation.spec.name}"
    return text[:90]


def _other_steps(printed: str) -> Took:
    """Return what ingest and dbt took, from the table that transform.py prints.

    :raises SystemExit: the table lacks one of the two.
    """
    found = {
        line[:NAME_WIDTH].strip(): Took(*map(float, line[NAME_WIDTH:].split()[:2]))
        for line in printed.splitlines()
        if line[:NAME_WIDTH].strip() in OTHER_STEPS
    }
    if missing := [name for name in OTHER_STEPS if name not in found]:
        sys.exit(f"the steps lack: {', '.join(missing)}")
    return sum(found.values(), start=Took(0, 0))


def _show_step(name: str, took: Took, remark: str = "") -> Took:
    print(f"{name:<{NAME_WIDTH}}{took.seconds:>9.1f}{took.cpu:>9.1f}   {remark}".rstrip())
    return took


if __name__ == "__main__":
    main()
