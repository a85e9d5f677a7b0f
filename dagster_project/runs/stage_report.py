"""What one stage of a run did and met, kept in a file of that run: its process may not be the one that asks."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from dagster_project.errors import EbblineError, ExitCode
from dagster_project.warehouse.connection import for_owner_only
from dagster_project.warehouse.paths import WarehousePaths

RUN_LOG = "logs/run.log in the warehouse folder"
_RUNS_KEPT = 20


@dataclass(frozen=True)
class Problem:
    """What stopped a stage, as a person reads it.

    :ivar text: what, where, evidence and fix.
    :ivar exit_code: how a run ends for it.
    """

    text: str
    exit_code: ExitCode = ExitCode.ERROR

    @classmethod
    def of(cls, error: Exception) -> "Problem":
        """Return a problem for an error; one that nobody foresaw is a line that leads to the log."""
        if isinstance(error, EbblineError):
            return cls(str(error), error.exit_code)
        return cls.unforeseen(f"{type(error).__name__}: {error}")

    @classmethod
    def unforeseen(cls, said: str) -> "Problem":
        """Return a problem that is no error of ours."""
        return cls(f"{said.strip()}\n  hint: {RUN_LOG} says where it happened")


@dataclass(frozen=True)
class FailedCheck:
    """A check that did not pass: what it guards, what it saw, and the page of Data Docs that shows it."""

    asset: str
    check: str
    critical: bool
    suite: str
    message: str
    observed: str
    failing_rows: tuple[dict[str, Any], ...]
    docs_page: str = ""


@dataclass
class StageReport:
    """What a stage hands over; it fills in what it did while it does it.

    :ivar checks_passed: how many checks passed, dbt tests among them.
    :ivar tables_refused: assets of which a file was refused.
    :ivar rows_of_assets: rows of each table it made, by asset.
    :ivar models_built: whether dbt kept what earlier runs computed, or why not.
    :ivar publication_id: the publication it made.
    :ivar seconds: how long it took.
    """

    stage: str
    problem: Problem | None = None
    checks_passed: int = 0
    failed_checks: list[FailedCheck] = field(default_factory=list)
    refused_files: list[str] = field(default_factory=list)
    tables_refused: list[str] = field(default_factory=list)
    unrecognised_files: list[str] = field(default_factory=list)
    empty_folders: list[str] = field(default_factory=list)
    file_warnings: list[str] = field(default_factory=list)
    rows_loaded: dict[str, int] = field(default_factory=dict)
    rows_quarantined: dict[str, int] = field(default_factory=dict)
    rows_of_assets: dict[str, int] = field(default_factory=dict)
    models_built: str = ""
    publication_id: int | None = None
    seconds: float = 0.0

    def made(self, asset: str, metadata: Mapping[str, Any]) -> None:
        """Note a table that was made, with its row count; those of a view are not counted."""
        if "dagster/row_count" in metadata:
            self.rows_of_assets[asset] = int(metadata["dagster/row_count"])


_AS_JSON = TypeAdapter(StageReport)


class RunReports:
    """The reports of one run, in the order in which its stages ended."""

    def __init__(self, paths: WarehousePaths, run_id: str) -> None:
        """Take a run by its id; nothing is written before a stage ends."""
        self._file = paths.logs / "runs" / f"{run_id}.jsonl"

    @contextmanager
    def stage(self, name: str) -> Iterator[StageReport]:
        """Keep what a stage reports, however it ends; what stops it is part of it."""
        report, begun = StageReport(name), time.monotonic()
        try:
            yield report
        except Exception as error:
            report.problem = Problem.of(error)
            raise
        finally:
            report.seconds = time.monotonic() - begun
            self._keep(report)

    def read(self) -> tuple[StageReport, ...]:
        """Return what was reported so far; none where no stage has ended."""
        return reports_in(self._file)

    def _keep(self, report: StageReport) -> None:
        # They quote rows of exports, as the log does.
        with for_owner_only():
            if not self._file.exists():
                self._file.parent.mkdir(parents=True, exist_ok=True)
                _forget_old_ones(self._file.parent)
            with self._file.open("ab") as file:
                file.write(_AS_JSON.dump_json(report) + b"\n")


def reports_in(file: Path) -> tuple[StageReport, ...]:
    """Return the reports of a run's file; none where there is no such file, nor of a line that is not whole yet."""
    if not file.exists():
        return ()
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    return tuple(_AS_JSON.validate_json(line) for line in lines if line.endswith("\n"))


def _forget_old_ones(folder: Path) -> None:
    files = sorted(folder.glob("*.jsonl"), key=lambda file: file.stat().st_mtime_ns)
    for file in files[: 1 - _RUNS_KEPT]:
        file.unlink(missing_ok=True)
