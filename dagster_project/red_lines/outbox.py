"""The outbox: what is to be told, once, and what need not be told any more. Sending is ``delivery.py``'s business."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from dagster_project.red_lines.incidents import Event
from dagster_project.red_lines.messages import Alert
from dagster_project.red_lines.pipeline_message import PIPELINE_EVENTS, PipelineAlert
from dagster_project.red_lines.restatement_message import RestatementAlert
from dagster_project.warehouse.introspection import has_column, has_table

AnyAlert = Alert | RestatementAlert | PipelineAlert


def enqueue(
    con: duckdb.DuckDBPyConnection,
    alert: AnyAlert,
    *,
    now: datetime,
    publication_id: str | None,
    needs_publication: bool = True,
) -> list[str]:
    """Put an alert into the outbox, once; return its key.

    :param publication_id: the publication whose numbers it tells; None where that is not known yet.
    :param needs_publication: whether it waits for that publication; news of the pipeline wait for none.
    """
    con.execute(
        "insert or ignore into ops.outbox (message_key, incident_id, event, severity, state, created_at, "
        "publication_id, alert, needs_publication) values (?, ?, ?, ?, 'pending', ?, ?, ?, ?)",
        [
            alert.key,
            alert.incident_id,
            alert.event.value,
            alert.severity,
            now,
            publication_id,
            alert.model_dump_json(),
            needs_publication,
        ],
    )
    return [alert.key]


def also_told_by(con: duckdb.DuckDBPyConnection, incident_id: str, also: Sequence[str]) -> None:
    """Let the message of an incident that waits to be sent name other red lines too."""
    waiting = con.execute(
        "select message_key, event, alert from ops.outbox where incident_id = ? and state = 'pending' "
        "order by created_at desc limit 1",
        [incident_id],
    ).fetchone()
    alert = _alert(waiting[1], waiting[2]) if waiting is not None else None
    if waiting is None or not isinstance(alert, Alert):
        return
    con.execute(
        "update ops.outbox set alert = ? where message_key = ?",
        [alert.with_also(also).model_dump_json(), waiting[0]],
    )


def withdraw_untold(con: duckdb.DuckDBPyConnection, incident_id: str) -> bool:
    """Take back what nobody was told of an incident; return whether its beginning was among it."""
    untold = con.execute(
        """
        update ops.outbox set state = 'withdrawn'
        where incident_id = ? and state = 'pending'
            and message_key not in (select message_key from ops.deliveries where state = 'sent')
        returning event
        """,
        [incident_id],
    ).fetchall()
    return any(event in _BEGINNINGS for (event,) in untold)


def was_taken_back(con: duckdb.DuckDBPyConnection, incident_id: str, since: datetime) -> bool:
    """Return whether a message of an incident was withdrawn, and none that arose since then was sent."""
    states = con.execute(
        "select state, created_at >= ? from ops.outbox where incident_id = ?", [since, incident_id]
    ).fetchall()
    return any(state == "withdrawn" for state, _ in states) and ("sent", True) not in states


_BEGINNINGS = (Event.OPENED.value, Event.BROKEN.value)


@dataclass(frozen=True)
class Waiting:
    """A message in the outbox: its key, when it arose, and its facts."""

    key: str
    arose: datetime
    alert: AnyAlert


def pending_alerts(con: duckdb.DuckDBPyConnection) -> tuple[Waiting, ...]:
    """Return the messages that wait to be sent, oldest first.

    What no publication carries yet waits for one: nobody is told of a number that nobody can see.
    """
    # A message knows its publication before that is made; the run may have ended in between.
    is_made = (
        "publication_id::bigint in (select id from ops.publications)"
        if has_table(con, "ops", "publications")
        else "true"
    )
    # `status` reads a warehouse that an earlier version made as it is.
    needs = "needs_publication" if has_column(con, "ops", "outbox", "needs_publication") else "true"
    rows = con.execute(
        "select message_key, created_at, event, alert from ops.outbox where state = 'pending' "  # noqa: S608 - own texts
        f"and (not {needs} or (publication_id is not null and {is_made})) "
        "order by created_at, message_key"
    ).fetchall()
    return tuple(Waiting(key, arose, _alert(event, text)) for key, arose, event, text in rows)


def _alert(event: str, text: str) -> AnyAlert:
    if event == Event.RESTATED.value:
        return RestatementAlert.model_validate_json(text)
    if event in PIPELINE_EVENTS:
        return PipelineAlert.model_validate_json(text)
    return Alert.model_validate_json(text)
