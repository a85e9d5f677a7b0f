"""How a run ended, from the events that Dagster noted of it. Nothing is run and nothing is printed here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import dagster as dg

from dagster_project import errors
from dagster_project.defs.ingest import FILE_WARNINGS, FILES_ACCEPTED, NO_FILES_IN, REFUSALS
from dagster_project.defs.publish import PUBLICATION
from dagster_project.errors import EbblineError, ExitCode
from dagster_project.red_lines.watch import Ending, RunEnd

RUN_LOG = "logs/run.log in the warehouse folder"


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


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended.

    ``publication_id`` is the one this run made, None where it made none. ``empty_folders`` are the landing
    folders in which no file lies. The rows are by raw table name, or by asset key.
    """

    exit_code: ExitCode
    publication_id: int | None = None
    failed_checks: tuple[FailedCheck, ...] = ()
    refused_files: tuple[str, ...] = ()
    unrecognised_files: tuple[str, ...] = ()
    empty_folders: tuple[str, ...] = ()
    file_warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    rows_loaded: dict[str, int] = field(default_factory=dict)
    rows_quarantined: dict[str, int] = field(default_factory=dict)
    rows_of_assets: dict[str, int] = field(default_factory=dict)


def _text(metadata: Any, key: str) -> str:
    value = metadata.get(key)
    return "" if value is None or value.value is None else str(value.value)


def _texts(metadata: Any, key: str) -> list[str]:
    return [str(one) for one in metadata[key].value] if key in metadata else []


def outcome_of(events: Sequence[dg.DagsterEvent], *, success: bool) -> RunOutcome:
    """Return how a run ended, from what Dagster noted of it: in this process or by the daemon.

    :param success: whether Dagster calls the run a success.
    """
    evaluations = [
        event.asset_check_evaluation_data
        for event in events
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ]
    failed: list[FailedCheck] = []
    refused: list[str] = []
    for evaluation in evaluations:
        if evaluation.passed:
            continue
        if evaluation.check_name == FILES_ACCEPTED:
            refused += map(str, evaluation.metadata[REFUSALS].value)  # type: ignore[arg-type]
            continue
        rows = evaluation.metadata.get("failing_rows")
        failed.append(
            FailedCheck(
                asset=evaluation.asset_key.to_user_string(),
                check=evaluation.check_name,
                critical=evaluation.severity == dg.AssetCheckSeverity.ERROR,
                suite=_text(evaluation.metadata, "suite") or "dbt",
                message=_text(evaluation.metadata, "message"),
                observed=_text(evaluation.metadata, "observed"),
                failing_rows=tuple(rows.value) if rows is not None else (),  # type: ignore[arg-type]
                docs_page=_text(evaluation.metadata, "data_docs"),
            )
        )
    problems, code = _errors(events, evaluations, success=success)
    published, loaded, quarantined, row_counts = None, {}, {}, {}
    unrecognised: set[str] = set()
    empty_folders: set[str] = set()
    file_warnings: list[str] = []
    for event in events:
        if event.event_type != dg.DagsterEventType.ASSET_MATERIALIZATION:
            continue
        materialization = event.step_materialization_data.materialization
        metadata, key = materialization.metadata, materialization.asset_key
        if "dagster/row_count" in metadata:
            row_counts[key.to_user_string()] = int(str(metadata["dagster/row_count"].value))
        if key == PUBLICATION:
            published = int(str(metadata["publication_id"].value))
        if key.path[0] == "raw":
            loaded[key.path[-1]] = int(str(metadata["rows_loaded"].value))
            quarantined[key.path[-1]] = int(str(metadata["rows_quarantined"].value))
            if "unrecognised_files" in metadata:
                unrecognised.update(map(str, metadata["unrecognised_files"].value))  # type: ignore[arg-type]
            file_warnings += _texts(metadata, FILE_WARNINGS)
            if NO_FILES_IN in metadata:
                empty_folders.add(_text(metadata, NO_FILES_IN))
    if code is ExitCode.PUBLISHED and any(check.critical for check in failed):
        code = ExitCode.NOT_PUBLISHED
    if code is ExitCode.PUBLISHED and refused:
        code = ExitCode.INPUT_REFUSED
    return RunOutcome(
        exit_code=code,
        publication_id=published,
        failed_checks=tuple(failed),
        refused_files=tuple(refused),
        unrecognised_files=tuple(sorted(unrecognised)),
        empty_folders=tuple(sorted(empty_folders)),
        file_warnings=tuple(dict.fromkeys(file_warnings)),
        errors=tuple(dict.fromkeys(problems)),
        rows_loaded=loaded,
        rows_quarantined=quarantined,
        rows_of_assets=row_counts,
    )


def _errors(
    events: Sequence[dg.DagsterEvent],
    evaluations: Sequence[dg.AssetCheckEvaluation],
    *,
    success: bool,
) -> tuple[list[str], ExitCode]:
    """Return what was raised, in words, and the exit code of the gravest; checks are told elsewhere."""
    known = {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, EbblineError)
    }
    problems, codes = [], []
    for event in events:
        error = None
        if event.is_step_failure:
            error = event.step_failure_data.error
        elif event.is_failure and event.event_type_value == "PIPELINE_FAILURE":
            error = event.job_failure_data.error
        chain = []
        while error is not None:
            chain.append(error)
            error = error.cause or error.context
        ours = next((link for link in chain if link.cls_name in known), None)
        if ours is not None:
            problems.append(ours.message.split(": ", 1)[-1].strip())
            codes.append(known[str(ours.cls_name)].exit_code)
        elif chain and not any("AssetCheckFailed" in str(link.cls_name) for link in chain):
            problems.append(
                f"{chain[-1].message.strip()}\n  hint: {RUN_LOG} says where it happened"
            )
            codes.append(ExitCode.ERROR)
    if not success and not codes:
        checks_failed = any(not check.passed for check in evaluations)
        return problems, ExitCode.PUBLISHED if checks_failed else ExitCode.ERROR
    if not codes:
        return problems, ExitCode.PUBLISHED
    return problems, ExitCode.ERROR if ExitCode.ERROR in codes else codes[0]


def run_end(outcome: RunOutcome, started_at: datetime) -> RunEnd:
    """Return the ending as on-call is told of it: names of checks, never what they saw."""
    endings: dict[ExitCode, Ending] = {
        ExitCode.PUBLISHED: "unchanged" if outcome.publication_id is None else "published",
        ExitCode.NOT_PUBLISHED: "not_published",
        ExitCode.INPUT_REFUSED: "input_refused",
        ExitCode.ERROR: "error",
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
