"""Escalation: what nobody acknowledged for too long is told again, as a page, by whoever looks when it is due.

A run that judges red lines escalates them itself (``incidents.py``); this is for whoever looks in between, the daemon
or ``ebbline alerts check``, for runs that publish nothing, and for conditions of the pipeline.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import duckdb

from dagster_project.clock import Clock
from dagster_project.red_lines.incidents import Event, Incident, State, escalation_is_due
from dagster_project.red_lines.messages import Alert
from dagster_project.red_lines.outbox import enqueue
from dagster_project.red_lines.pipeline_incidents import KIND
from dagster_project.red_lines.pipeline_message import PipelineAlert
from dagster_project.red_lines.record import incidents, store
from dagster_project.red_lines.rules import Rule
from dagster_project.warehouse.transaction import transaction


def untended(con: duckdb.DuckDBPyConnection) -> tuple[Incident, ...]:
    """Return the incidents that are open, that nobody acknowledged and that were not escalated."""
    return tuple(
        one for one in incidents(con) if one.state is State.OPEN and one.escalated_at is None
    )


def escalate(
    con: duckdb.DuckDBPyConnection,
    waiting: Sequence[Incident],
    rules: Sequence[Rule],
    clock: Clock,
    *,
    pipeline_after: timedelta | None,
) -> tuple[Incident, ...]:
    """Escalate what is due and put it into the outbox, all or nothing; return the incidents.

    :param con: the working database, outside a transaction.
    :param waiting: those that nobody is at.
    :param pipeline_after: after how long a condition of the pipeline is due; None: never.
    """
    now = clock.now()
    after: dict[tuple[str, str], timedelta | None] = {
        (rule.name, rule.grain): rule.escalate_after for rule in rules
    }
    escalated: list[Incident] = []
    with transaction(con):
        for one in waiting:
            is_pipeline = one.kind == KIND
            due = pipeline_after if is_pipeline else after.get((one.rule, one.grain))
            if one.is_silenced(now) or not escalation_is_due(one, due, now):
                continue
            told = _last_alert(con, one)
            if told is None:
                continue  # it stands under another, whose message tells of it
            louder = replace(one, severity="page", escalated_at=now)
            store(con, louder)
            enqueue(
                con,
                _louder(told, louder),
                now=now,
                publication_id=one.publication_id,
                needs_publication=not is_pipeline,
            )
            escalated.append(louder)
    return tuple(escalated)


def _louder(told: Alert | PipelineAlert, incident: Incident) -> Alert | PipelineAlert:
    if isinstance(told, Alert):
        return told.model_copy(update={"event": Event.ESCALATED, "severity": "page"})
    now = {"detail": incident.detail, "next_step": incident.next_step or "", "serial": ""}
    return told.model_copy(update={"event": Event.UNTENDED, "severity": "page", **now})


def _last_alert(con: duckdb.DuckDBPyConnection, incident: Incident) -> Alert | PipelineAlert | None:
    """Return what was last told of an incident: its figures are those of the publication that told it."""
    row = con.execute(
        "select alert from ops.outbox where incident_id = ? and state <> 'withdrawn' "
        "order by created_at desc limit 1",
        [incident.incident_id],
    ).fetchone()
    if row is None:
        return None
    kind = PipelineAlert if incident.kind == KIND else Alert
    return kind.model_validate_json(row[0])
