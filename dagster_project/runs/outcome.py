"""How a run ended, made of what its stages reported. Nothing is run and nothing is printed here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dagster_project.errors import ExitCode
from dagster_project.red_lines.watch import Ending, RunEnd
from dagster_project.runs.stage_report import FailedCheck, Problem, StageReport


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended.

    ``publication_id`` is the one this run made, None where it made none. ``empty_folders`` are the landing
    folders in which no file lies. The rows are by raw table name, or by asset.
    """

    exit_code: ExitCode
    publication_id: int | None = None
    failed_checks: tuple[FailedCheck, ...] = ()
    refused_files: tuple[str, ...] = ()
    unrecognised_files: tuple[str, ...] = ()
    empty_folders: tuple[str, ...] = ()
    file_warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    models_built: str = ""
    rows_loaded: dict[str, int] = field(default_factory=dict)
    rows_quarantined: dict[str, int] = field(default_factory=dict)
    rows_of_assets: dict[str, int] = field(default_factory=dict)


def outcome_of(
    reports: Sequence[StageReport], *, success: bool, unforeseen: Iterable[str] = ()
) -> RunOutcome:
    """Return how a run ended.

    :param reports: what its stages handed over.
    :param success: whether the run itself is called a success.
    :param unforeseen: what stopped a run of which no stage says what is wrong.
    """
    failed = tuple(check for report in reports for check in report.failed_checks)
    refused = tuple(message for report in reports for message in report.refused_files)
    problems = [report.problem for report in reports if report.problem is not None]
    is_told = bool(problems or refused) or any(check.critical for check in failed)
    if not success and not is_told:
        problems = [Problem.unforeseen(said) for said in unforeseen]
    published = [one.publication_id for one in reports if one.publication_id is not None]
    return RunOutcome(
        exit_code=_exit_code(problems, failed, refused, success=success),
        publication_id=published[-1] if published else None,
        failed_checks=failed,
        refused_files=refused,
        unrecognised_files=tuple(sorted({f for one in reports for f in one.unrecognised_files})),
        empty_folders=tuple(sorted({folder for one in reports for folder in one.empty_folders})),
        file_warnings=_each_once(said for one in reports for said in one.file_warnings),
        errors=_each_once(problem.text for problem in problems),
        models_built=next((one.models_built for one in reports if one.models_built), ""),
        rows_loaded={table: n for one in reports for table, n in one.rows_loaded.items()},
        rows_quarantined={table: n for one in reports for table, n in one.rows_quarantined.items()},
        rows_of_assets={asset: n for one in reports for asset, n in one.rows_of_assets.items()},
    )


def _exit_code(
    problems: Sequence[Problem],
    failed: Sequence[FailedCheck],
    refused: Sequence[str],
    *,
    success: bool,
) -> ExitCode:
    """Return the code of the gravest: an error, then validation, then a refused input."""
    codes = [problem.exit_code for problem in problems]
    if ExitCode.ERROR in codes:
        return ExitCode.ERROR
    if codes:
        return codes[0]
    if any(check.critical for check in failed):
        return ExitCode.NOT_PUBLISHED
    if refused:
        return ExitCode.INPUT_REFUSED
    return ExitCode.PUBLISHED if success else ExitCode.ERROR


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def run_end(outcome: RunOutcome, started_at: datetime) -> RunEnd:
    """Return the ending as on-call is told of it: names of checks, never what they saw."""
    endings: dict[ExitCode, Ending] = {
        ExitCode.PUBLISHED: "unchanged" if outcome.publication_id is None else "published",
        ExitCode.NOT_PUBLISHED: "not_published",
        ExitCode.INPUT_REFUSED: "input_refused",
        ExitCode.ERROR: "error",
        ExitCode.LOCKED: "error",
    }
    ending = endings[outcome.exit_code]
    if outcome.publication_id is not None and ending == "input_refused":
        ending = "published"  # without the refused file, as `ingest.publish_when_refused` asks
    return RunEnd(
        ending=ending,
        started_at=started_at,
        publication_id=outcome.publication_id,
        refused_files=outcome.refused_files,
        failed_checks=tuple(
            f"{check.asset}: {check.check}" for check in outcome.failed_checks if check.critical
        ),
        errors=outcome.errors,
    )
