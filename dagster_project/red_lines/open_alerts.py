"""How things stand now: unresolved incidents, and the messages that some target has not got.

Read from the working database while nobody writes. While somebody does, the incidents are those of the
publication that readers see, and ``published_because`` says why. Nothing is changed here.
"""

import os
from dataclasses import dataclass
from datetime import datetime

import duckdb

from dagster_project.clock import Clock
from dagster_project.config import Settings
from dagster_project.errors import WarehouseLockedError
from dagster_project.red_lines.outbox import pending_alerts
from dagster_project.red_lines.targets import targets
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.introspection import has_column, has_table
from dagster_project.warehouse.lock import lock_holder
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.serving import open_marts

NOT_TRIED = "not tried yet"


@dataclass(frozen=True)
class Unresolved:
    """An incident that is open or acknowledged."""

    incident_id: str
    state: str
    detail: str
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    kind: str = "red_line"


@dataclass(frozen=True)
class Undelivered:
    """A message that a target has not got.

    :param message_key: the idempotency key of the message.
    :param severity: ``warning`` or ``page``.
    :param target: the target's label, free of secrets.
    :param tries: how often it was tried so far, in all runs.
    :param tried_at: when it was last tried; None where it never was.
    :param error: why it was not taken, free of secrets.
    :param held_until: when the quiet hours end that hold it; None where none do.
    """

    message_key: str
    severity: str
    target: str
    tries: int
    tried_at: datetime | None
    error: str
    held_until: datetime | None = None


@dataclass(frozen=True)
class DeadLetter:
    """A message that was given up for a target, which refused it in so many runs."""

    message_key: str
    target: str
    refused_at: datetime
    runs: int
    error: str


@dataclass(frozen=True)
class OpenAlerts:
    """How things stand.

    :param undelivered: None where it cannot be told.
    :param published_because: why the incidents are those of the publication; empty where they are
        those of this moment.
    """

    incidents: tuple[Unresolved, ...]
    undelivered: tuple[Undelivered, ...] | None
    published_because: str = ""
    dead_letters: tuple[DeadLetter, ...] = ()


def open_alerts(paths: WarehousePaths, settings: Settings, clock: Clock) -> OpenAlerts:
    """Return how things stand, as fresh as it can be had without waiting.

    :param clock: tells whether it is quiet now.
    :raises EbblineError: the working database or the published file cannot be read.
    """
    if not paths.warehouse_db.exists():
        return _published(paths, "there is no working database")
    if not os.access(paths.warehouse_db, os.R_OK):
        return _published(paths, "the working database is another user's")
    # Between its steps a run has no connection open; one opened then would be in its way.
    if lock_holder(paths) is not None:
        return _published(paths, "a run is writing")
    try:
        with open_warehouse(paths, read_only=True) as con:
            return OpenAlerts(
                _unresolved(con, "ops"),
                undelivered(con, settings, clock),
                dead_letters=_dead_letters(con),
            )
    except WarehouseLockedError:
        return _published(paths, "another process has the working database open")


def undelivered(
    con: duckdb.DuckDBPyConnection, settings: Settings, clock: Clock
) -> tuple[Undelivered, ...]:
    """Return what the next run will try to send, oldest first."""
    if not has_table(con, "ops", "outbox"):
        return ()
    tried = {
        (key, target): row
        for key, target, *row in con.execute(
            "select message_key, target, state, attempts, last_attempt_at, last_error"
            " from ops.deliveries"
        ).fetchall()
    }
    dead = (
        set(con.execute("select message_key, target from ops.dead_letters").fetchall())
        if has_table(con, "ops", "dead_letters")
        else set()
    )
    waiting, known = [], targets(settings)
    for one in pending_alerts(con):
        key, severity = one.key, one.alert.severity
        for target in known:
            state, tries, at, error = tried.get((key, target.key), ("pending", 0, None, NOT_TRIED))
            is_open = state != "sent" and (key, target.key) not in dead
            if severity in target.severities and is_open:
                held = target.quiet.held_until(severity, arose=one.arose, now=clock.now())
                waiting.append(
                    Undelivered(key, severity, target.label, tries, at, error or NOT_TRIED, held)
                )
    return tuple(waiting)


def _dead_letters(con: duckdb.DuckDBPyConnection) -> tuple[DeadLetter, ...]:
    if not has_table(con, "ops", "dead_letters"):
        return ()
    rows = con.execute(
        "select message_key, label, refused_at, runs, last_error from ops.dead_letters order by refused_at, 1"
    ).fetchall()
    return tuple(DeadLetter(*row) for row in rows)


def _published(paths: WarehousePaths, because: str) -> OpenAlerts:
    if not paths.marts_db.exists():
        return OpenAlerts((), None, because)
    with open_marts(paths.marts_db) as con:
        return OpenAlerts(_unresolved(con, "marts"), None, because)


def _unresolved(con: duckdb.DuckDBPyConnection, schema: str) -> tuple[Unresolved, ...]:
    table = {"ops": "incidents", "marts": "alert_incidents"}[schema]
    if not has_table(con, schema, table):
        return ()
    kind = "kind" if has_column(con, schema, table, "kind") else "'red_line'"
    rows = con.execute(
        f"select incident_id, state, detail, acknowledged_by, acknowledged_at, {kind}"  # noqa: S608 - one of two tables
        f" from {schema}.{table} where state <> 'resolved' order by opened_at, incident_id"
    ).fetchall()
    return tuple(Unresolved(*row) for row in rows)
