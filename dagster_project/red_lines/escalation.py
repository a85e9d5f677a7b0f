"""Escalation where no run ends: what nobody acknowledged for too long is told again, as a page, when it is due.

A run escalates too (``incidents.py``); this is for whoever looks in between, the daemon or ``ebbline alerts check``.
"""

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from dagster_project.clock import Clock
from dagster_project.red_lines.incidents import Event, Incident, State, escalation_is_due
from dagster_project.red_lines.messages import Alert
from dagster_project.red_lines.outbox import enqueue
from dagster_project.red_lines.record import incidents, store
from dagster_project.red_lines.rules import Rule
from dagster_project.warehouse.transaction import transaction


def escalate(
    con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], clock: Clock
) -> tuple[Incident, ...]:
    """Escalate what is due and put it into the outbox, all or nothing; return the incidents.

    :param con: the working database, outside a transaction.
    """
    now = clock.now()
    after = {(rule.name, rule.grain): rule.escalate_after for rule in rules}
    escalated: list[Incident] = []
    with transaction(con):
        for one in incidents(con):
            known = after.get((one.rule, one.grain)) if one.grain != "day" else None
            if not one.is_active or one.is_silenced(now) or not escalation_is_due(one, known, now):
                continue
            told = _last_alert(con, one)
            if told is None:
                continue  # it stands under another, whose message tells of it
            louder = replace(one, severity="page", escalated_at=now)
            store(con, louder)
            alert = told.model_copy(update={"event": Event.ESCALATED, "severity": "page"})
            enqueue(con, alert, now=now, publication_id=one.publication_id)
            escalated.append(louder)
    return tuple(escalated)


def untended(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether a red line's incident is open that nobody acknowledged and that was not escalated."""
    return any(
        one.kind == "red_line" and one.state is State.OPEN and one.escalated_at is None
        for one in incidents(con)
    )


def _last_alert(con: duckdb.DuckDBPyConnection, incident: Incident) -> Alert | None:
    """Return what was last told of an incident: its figures are those of the publication that told it."""
    row = con.execute(
        "select alert from ops.outbox where incident_id = ? and state <> 'withdrawn' "
        "order by created_at desc limit 1",
        [incident.incident_id],
    ).fetchone()
    return None if row is None else Alert.model_validate_json(row[0])
