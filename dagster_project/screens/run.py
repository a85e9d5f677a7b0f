"""What one screen says after ``ebbline run``: how it ended, what it found, where it lies."""

from collections.abc import Iterator
from pathlib import Path

from dagster_project.errors import ExitCode
from dagster_project.runs import FailedCheck, RunOutcome
from dagster_project.screens import Line
from dagster_project.screens.published import published_lines, short_path
from dagster_project.screens.reconciliation import is_of_a_guard, reconciliation_lines
from dagster_project.warehouse.paths import WarehousePaths

SHOWN_ROWS = 5
SHOWN_WARNINGS = 10


def outcome_lines(outcome: RunOutcome, paths: WarehousePaths) -> Iterator[Line]:
    """Yield the lines of the screen: what happened, what it found, where it lies.

    :returns: pairs of text and rich style.
    """
    yield from _ingest_lines(outcome)
    for folder in outcome.empty_folders:
        yield f"no files in {folder}", "yellow"
    if outcome.unrecognised_files:
        yield (
            f"left alone, no mapping knows them: {', '.join(outcome.unrecognised_files)}",
            "yellow",
        )
    for warning in outcome.file_warnings[:SHOWN_WARNINGS]:
        yield f"to be known: {warning}", "yellow"
    if len(outcome.file_warnings) > SHOWN_WARNINGS:
        more = len(outcome.file_warnings) - SHOWN_WARNINGS
        yield f"  ... and {more} more: ebbline formats check tells them all", "yellow"
    for message in outcome.refused_files:
        yield f"refused: {message}", "red"
    for check in outcome.failed_checks:
        if not is_of_a_guard(check):
            yield from _check_lines(check)
    if outcome.models_built:
        yield outcome.models_built, None
    yield from reconciliation_lines(outcome, paths)
    for message in outcome.errors:
        yield message, "red"
    yield "", None
    if outcome.publication_id is not None:
        yield f"publication {outcome.publication_id} is out", "bold green"
    elif outcome.exit_code is ExitCode.PUBLISHED:
        yield (
            "nothing changed: same inputs, settings and code as the last publication",
            "bold green",
        )
    else:
        reason = {
            ExitCode.NOT_PUBLISHED: "validation refused",
            ExitCode.INPUT_REFUSED: "an input was refused",
            ExitCode.LOCKED: "another run holds the warehouse",
        }.get(outcome.exit_code, "an error stopped the run")
        yield f"nothing was published: {reason}", "bold red"
    yield from published_lines(paths)


def _ingest_lines(outcome: RunOutcome) -> Iterator[Line]:
    loaded = {table: rows for table, rows in outcome.rows_loaded.items() if rows}
    if loaded:
        parts = ", ".join(f"{table} {rows:,}" for table, rows in loaded.items())
        yield f"loaded: {parts}", None
    quarantined = {table: rows for table, rows in outcome.rows_quarantined.items() if rows}
    if quarantined:
        parts = ", ".join(f"{table} {rows:,}" for table, rows in quarantined.items())
        yield f"quarantined (see raw.quarantine): {parts}", "yellow"


def _check_lines(check: FailedCheck) -> Iterator[Line]:
    kind, style = ("critical", "red") if check.critical else ("warning", "yellow")
    yield f"{kind}: suite {check.suite}, expectation {check.check}, on {check.asset}", style
    if check.message:
        yield f"  {check.message}", None
    for row in check.failing_rows[:SHOWN_ROWS]:
        yield "  row: " + ", ".join(f"{key}={value}" for key, value in row.items()), None
    if len(check.failing_rows) > SHOWN_ROWS:
        yield "  ... and more: the expectation's query selects them all", None
    if check.docs_page:
        yield f"  page: {short_path(Path(check.docs_page))}", None
