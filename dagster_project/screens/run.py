"""What one screen says after ``ebbline run``: how it ended, what it found, where it lies."""

from collections.abc import Iterator
from pathlib import Path

from dagster_project.errors import ExitCode
from dagster_project.pipeline import FailedCheck, RunOutcome
from dagster_project.screens import Line
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.serving import open_marts

SHOWN_ROWS = 5


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
    for message in outcome.refused_files:
        yield f"refused: {message}", "red"
    for check in outcome.failed_checks:
        yield from _check_lines(check)
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
        }.get(outcome.exit_code, "an error stopped the run")
        yield f"nothing was published: {reason}", "bold red"
    yield from standing_lines(paths)


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
        yield f"  page: {_shown(Path(check.docs_page))}", None


def standing_lines(paths: WarehousePaths) -> Iterator[Line]:
    """Yield what readers see now, read from the published file itself."""
    if not paths.marts_db.exists():
        yield "no publication exists yet", None
        return
    with open_marts(paths.marts_db) as con:
        publication = con.execute("select id, built_at from marts.publication").fetchone()
        months = con.execute(
            "select min(period_start), max(period_start), count(distinct period_start)"
            " from marts.mart_revenue_periods where grain = 'month'"
        ).fetchone()
        crossed = con.execute(
            "select rule, count(*) filter (where breached), max(period) filter (where breached),"
            " bool_or(breached and period = newest), bool_and(breached is not null or period < newest) from ("
            "   select *, max(period) over (partition by rule) as newest from marts.red_line_status)"
            " group by rule order by rule"
        ).fetchall()
    assert publication is not None and months is not None
    yield (
        f"readers see publication {publication[0]}, built at {publication[1]:%Y-%m-%d %H:%M} UTC",
        None,
    )
    if months[2]:
        yield f"months covered: {months[0]:%Y-%m} to {months[1]:%Y-%m} ({months[2]})", None
    for rule, periods, last, now, known in crossed:
        if now:
            yield f"red line crossed now: {rule} (in {periods} periods, newest {last:%Y-%m})", "red"
        elif not known:
            yield f"red line unknown: {rule} (the marts cannot say for the newest period)", "yellow"
        elif periods:
            yield (
                f"red line crossed before: {rule} (in {periods} periods, last {last:%Y-%m})",
                "yellow",
            )
        else:
            yield f"red line held: {rule}", "green"
    yield f"marts:  {_shown(paths.marts_db)}", None
    yield f"report: {_shown(paths.report)}", None


def _shown(path: Path) -> str:
    """Return the path as it is quickest to type: relative where it lies below the working folder."""
    resolved = path.resolve()
    here = Path.cwd()
    return str(resolved.relative_to(here) if resolved.is_relative_to(here) else resolved)
