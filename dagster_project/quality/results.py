"""What a validation found, as values that asset checks and screens show.

Nothing here knows Great Expectations or how a result came about.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagster_project.quality.checks import CheckSpec

Row = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What GX says of one expectation: whether it holds, and what it saw, in words."""

    passed: bool
    observed: str


@dataclass(frozen=True)
class CheckpointRun:
    """What one run of a checkpoint left.

    :param outcomes: by suite and name of the expectation.
    :param docs_index: the front page of Data Docs.
    :param pages: the page of Data Docs that shows a suite's run, by suite.
    """

    outcomes: Mapping[tuple[str, str], Outcome] = field(default_factory=dict)
    docs_index: Path | None = None
    pages: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one expectation.

    :param spec: which expectation.
    :param passed: whether the data meet it; False as well where it could not be evaluated.
    :param observed: what was seen, in words and numbers, never a personal value.
    :param failing_rows: the first twenty rows that break it; columns of persons are left out.
    :param message: one sentence for the screen.
    :param docs_page: the page of Data Docs that shows the suite's run, where one was built.
    """

    spec: CheckSpec
    passed: bool
    observed: str
    failing_rows: tuple[Row, ...]
    message: str
    docs_page: Path | None = None


@dataclass(frozen=True)
class ValidationReport:
    """The outcome of one stage.

    :param results: one per expectation, in the order of the suites.
    :param docs_index: the front page of Data Docs, where they were built.
    :param seconds: wall time of the validation without the import of GX.
    """

    results: tuple[CheckResult, ...]
    docs_index: Path | None
    seconds: float

    @property
    def critical_failures(self) -> tuple[CheckResult, ...]:
        """What forbids publication."""
        return tuple(r for r in self.results if not r.passed and r.spec.severity == "critical")

    @property
    def warnings(self) -> tuple[CheckResult, ...]:
        """What a person should know and nothing more."""
        return tuple(r for r in self.results if not r.passed and r.spec.severity == "warning")
