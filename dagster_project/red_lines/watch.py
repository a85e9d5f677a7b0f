"""What is wrong with the pipeline now: after a run, and where no run came.

Stale sources and holes are read from the ledger; what a run met (refused files, failed checks, errors) it says
itself. The conditions become incidents in ``pipeline_incidents.py`` and are sent at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import duckdb

from dagster_project.clock import Clock
from dagster_project.config import Settings
from dagster_project.errors import SettingsError
from dagster_project.exports.coverage import read_coverage
from dagster_project.exports.gaps import Gap, find_gaps
from dagster_project.plural import counted
from dagster_project.red_lines.delivery import PAUSES, deliver
from dagster_project.red_lines.escalation import escalate, untended
from dagster_project.red_lines.pipeline_incidents import KIND, Condition, Observed, observe
from dagster_project.red_lines.rules import Rule, load_rules
from dagster_project.shown import shown
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.introspection import has_table
from dagster_project.warehouse.paths import WarehousePaths

Ending = Literal["published", "unchanged", "not_published", "input_refused", "error"]

_FILES_TOLD, _CHECKS_TOLD, _LINE = 5, 10, 300
_BY_EVERY_RUN = ("stale_source", "gap", "missed_run")
# What a run that ended so has judged: a run that met an error says nothing of what comes after it.
_JUDGED: dict[Ending, tuple[str, ...]] = {
    "published": (*_BY_EVERY_RUN, "refused_file", "failed_validation", "error"),
    "unchanged": (*_BY_EVERY_RUN, "refused_file", "error"),
    "not_published": (*_BY_EVERY_RUN, "refused_file", "failed_validation", "error"),
    "input_refused": (*_BY_EVERY_RUN, "refused_file", "error"),
    "error": (*_BY_EVERY_RUN, "error"),
}


@dataclass(frozen=True)
class RunEnd:
    """How a run ended, as far as somebody on call cares.

    :param failed_checks: critical checks that did not pass, each as ``asset: check``; no figure is among them.
    """

    ending: Ending
    started_at: datetime
    publication_id: int | None = None
    refused_files: tuple[str, ...] = ()
    failed_checks: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


def after_run(
    paths: WarehousePaths,
    settings: Settings,
    clock: Clock,
    end: RunEnd,
    *,
    pauses: Sequence[float] = PAUSES,
) -> Observed | None:
    """Note that a run ended, carry the incidents of the pipeline on, and send what there is to tell.

    Whoever calls holds the warehouse lock and no connection.

    :param pauses: seconds between the tries of a delivery.
    :returns: what changed; None for a rebuild of the past, of which nobody is told.
    """
    with open_warehouse(paths) as con:
        con.execute(
            "insert into ops.runs values (?, ?, ?, ?)",
            [end.started_at, clock.now(), end.ending, end.publication_id],
        )
        if settings.as_of is not None:
            return None
        conditions = [*_of_the_ledger(con, settings, clock), *_of_the_run(con, settings, end)]
        observed = observe(
            con, conditions, judged=_JUDGED[end.ending], clock=clock, of=settings.pipeline_alerts
        )
        _escalate(con, settings, clock)
    # A run that published has just sent its numbers; what it could not send waits for the next.
    deliver(
        paths, settings, None, clock, pauses=pauses, pipeline_only=end.publication_id is not None
    )
    return observed


def check(
    paths: WarehousePaths, settings: Settings, clock: Clock, *, pauses: Sequence[float] = PAUSES
) -> Observed | None:
    """Look where no run ends: is a source stale, did no run come, is nobody at an incident? Send what there is to tell.

    Whoever calls holds the warehouse lock and no connection.

    :returns: what changed; None where there is no warehouse yet.
    """
    if not paths.warehouse_db.exists():
        return None
    with open_warehouse(paths) as con:
        conditions = [*_of_the_ledger(con, settings, clock), *_missed(con, settings, clock)]
        observed = observe(
            con, conditions, judged=_BY_EVERY_RUN, clock=clock, of=settings.pipeline_alerts
        )
        _escalate(con, settings, clock)
    deliver(paths, settings, None, clock, pauses=pauses)
    return observed


def _escalate(con: duckdb.DuckDBPyConnection, settings: Settings, clock: Clock) -> None:
    waiting = untended(con)
    if not waiting:
        return
    # The catalogue, which rules need, is read for nothing else here.
    rules = _rules(settings) if any(one.kind != KIND for one in waiting) else ()
    escalate(con, waiting, rules, clock, pipeline_after=settings.pipeline_alerts.escalate_after)


def _rules(settings: Settings) -> tuple[Rule, ...]:
    """Return the red lines in force; none where they cannot be followed: a run says so, and the rest is looked at."""
    try:
        return load_rules(settings)
    except SettingsError:
        return ()


def _of_the_ledger(
    con: duckdb.DuckDBPyConnection, settings: Settings, clock: Clock
) -> list[Condition]:
    coverage = read_coverage(con, settings, clock)
    stale = [
        Condition(
            kind="stale_source",
            subject=one.source,
            severity="page" if one.source == "billing" else "warning",
            title=f"{one.source} is stale: nothing after {one.covered_until} is covered",
            detail=one.detail
            + (
                f"\nNumbers are published up to {coverage.until}; no later period is complete."
                if one.source == "billing"
                else "\nWhat rests on it after that day is not known."
            ),
            next_step=f"see why no new {one.source} export arrives; the next run reads it",
        )
        for one in coverage.stale
    ]
    gaps = find_gaps(con, coverage, zone=settings.calendar.timezone)
    return [*stale, *(_hole(gap) for gap in gaps)]


def _hole(gap: Gap) -> Condition:
    when = "the last week" if gap.unit == "week" else f"{gap.first:%Y-%m}"
    return Condition(
        kind="gap",
        subject=f"{gap.source}/{gap.table}/{'week' if gap.unit == 'week' else when}",
        severity="warning",
        title=f"{gap.source} has a hole: {gap.table} in {when}",
        detail=gap.detail,
        next_step="deliver the missing export, or acknowledge that there was nothing",
    )


def _missed(con: duckdb.DuckDBPyConnection, settings: Settings, clock: Clock) -> list[Condition]:
    """Return the run that did not come; a finished data set needs none."""
    if settings.run_due_after is None or settings.calendar.until != "yesterday":
        return []
    row = con.execute("select max(ended_at) from ops.runs").fetchone()
    last = row[0] if row else None
    if not isinstance(last, datetime) or clock.now() - last <= settings.run_due_after:
        return []
    hours = int((clock.now() - last).total_seconds() // 3600)
    return [
        Condition(
            kind="missed_run",
            subject="run",
            severity="page",
            title=f"no run for {counted(hours, 'hour')}",
            detail=f"The last run ended {last:%Y-%m-%d %H:%M} UTC; one is due after "
            f"{counted(int(settings.run_due_after.total_seconds() // 3600), 'hour')} (run_due_after). "
            "Readers see what was published last.",
            next_step="see whether cron or the daemon is up, then run `ebbline run`",
        )
    ]


def _of_the_run(con: duckdb.DuckDBPyConnection, settings: Settings, end: RunEnd) -> list[Condition]:
    found = _refused(con, settings, end)
    if end.ending == "not_published":
        named = [shown(name, _LINE) for name in end.failed_checks[:_CHECKS_TOLD]]
        more = len(end.failed_checks) - len(named)
        listed = [*named, *([f"and {more} more"] if more else [])]
        found.append(
            Condition(
                kind="failed_validation",
                subject="validation",
                severity="page",
                title="validation refused to publish",
                detail="Readers see the last publication. Refused by: "
                + ("; ".join(listed) or _first_line(end.errors) or "a dbt test"),
                next_step="`ebbline run` names the rows; data_docs has the pages",
            )
        )
    if end.ending == "error":
        first = _first_line(end.errors) or "no words"
        found.append(
            Condition(
                kind="error",
                subject="run",
                severity="page",
                title="a run ended with an error",
                detail=f"Readers see the last publication. It said: {shown(first, _LINE)}",
                next_step="logs/run.log in the warehouse folder has the whole of it",
            )
        )
    return found


def _first_line(errors: Sequence[str]) -> str:
    """Return what an error says first: what and where, no evidence."""
    return shown(errors[0].splitlines()[0], _LINE) if errors and errors[0] else ""


def _refused(con: duckdb.DuckDBPyConnection, settings: Settings, end: RunEnd) -> list[Condition]:
    """Return a condition per refused file, and one for a source of which many were."""
    by_source: dict[str, list[tuple[str, str]]] = {}
    for message in end.refused_files:
        source, file_name = _file_of(con, message)
        by_source.setdefault(source, []).append((file_name, message))
    found = []
    for source, files in by_source.items():
        told = files if len(files) <= _FILES_TOLD else [(f"{len(files)} files", files[0][1])]
        for file_name, message in told:
            many = len(told) < len(files)
            found.append(
                Condition(
                    kind="refused_file",
                    subject=f"{source}/many" if many else f"{source}/{file_name}",
                    severity="page",
                    title=f"{source}: {shown(file_name, 80)} refused; nothing new is published without it",
                    detail=shown(message.splitlines()[0], 2 * _LINE)
                    + (
                        ""
                        if end.publication_id
                        else "\nReaders see the last publication until then."
                    ),
                    next_step="deliver a corrected file; the next run reads it",
                    command=_check_of(settings, source),
                )
            )
    return found


def _check_of(settings: Settings, source: str) -> tuple[str, ...]:
    """Return the command that reads a folder without loading it; none for exports that lie elsewhere."""
    given = settings.sources.named().get(source)
    if given is None or given.is_remote:
        return ()
    return ("ebbline", "formats", "check", given.path, "--format", given.format)


def _file_of(con: duckdb.DuckDBPyConnection, message: str) -> tuple[str, str]:
    if has_table(con, "raw", "loads"):
        row = con.execute(
            "select source, file_name from raw.loads where outcome = 'refused' and message = ? "
            "order by load_id desc limit 1",
            [message],
        ).fetchone()
        if row is not None:
            return str(row[0]), str(row[1])
    return "exports", message.splitlines()[0]
