"""Conditions of the pipeline as incidents: told once, reminded of, resolved by themselves.

What the conditions are is ``watch.py``'s business. Nothing here waits for a publication: most of these conditions are
the reason why there is none.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import duckdb

from dagster_project.clock import Clock
from dagster_project.config import PipelineAlerts
from dagster_project.red_lines.incidents import Event, Incident, State
from dagster_project.red_lines.naming import part_of_name
from dagster_project.red_lines.outbox import enqueue, withdraw_untold
from dagster_project.red_lines.pipeline_message import PipelineAlert
from dagster_project.red_lines.record import incidents, store
from dagster_project.red_lines.rules import Severity
from dagster_project.shown import shown
from dagster_project.warehouse.transaction import transaction

KIND = "pipeline"
REMIND_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Condition:
    """Something about the pipeline that somebody should know.

    :param kind: ``stale_source``, ``gap``, ``refused_file``, ``failed_validation``, ``error`` or ``missed_run``.
    :param subject: what it is about; with the kind it is the same condition from run to run.
    :param title: what is told first.
    :param detail: what was seen, free of figures that failed their audit.
    :param next_step: what to do.
    :param command: the command for it, as one can paste it; empty where there is none.
    """

    kind: str
    subject: str
    severity: Severity
    title: str
    detail: str
    next_step: str
    command: tuple[str, ...] = ()


@dataclass(frozen=True)
class Observed:
    """What an observation changed."""

    opened: tuple[Incident, ...]
    resolved: tuple[Incident, ...]
    active: tuple[Incident, ...]


def observe(
    con: duckdb.DuckDBPyConnection,
    conditions: Sequence[Condition],
    *,
    judged: Collection[str],
    clock: Clock,
    of: PipelineAlerts,
) -> Observed:
    """Carry the incidents of the pipeline on and put what is to be told into the outbox, all or nothing.

    :param con: the working database, outside a transaction.
    :param conditions: those that hold now.
    :param judged: the kinds that this run could judge: of these, what no longer holds is over.
    :param of: whose these incidents are.
    """
    now = clock.now()
    opened: list[Incident] = []
    resolved: list[Incident] = []
    with transaction(con):
        known = [one for one in incidents(con) if one.kind == KIND]
        active = {(one.rule, one.segment): one for one in known if one.is_active}
        names = {one.incident_id for one in known}
        for condition in conditions:
            held = active.pop((condition.kind, condition.subject), None)
            if held is None:
                began = _opened(condition, now, names)
                names.add(began.incident_id)
                opened.append(began)
                store(con, began)
                _enqueue(con, Event.BROKEN, began, condition, now, of)
            else:
                _hold(con, held, condition, now, of)
        for (kind, _), over in active.items():
            if kind in judged:
                ended = replace(over, state=State.RESOLVED, resolved_at=now)
                resolved.append(ended)
                store(con, ended)
                was_told = not withdraw_untold(con, over.incident_id)
                if was_told and not over.is_silenced(now):
                    _enqueue(con, Event.MENDED, ended, None, now, of)
        left = tuple(one for one in incidents(con) if one.kind == KIND and one.is_active)
    return Observed(tuple(opened), tuple(resolved), left)


def _opened(condition: Condition, now: datetime, names: Collection[str]) -> Incident:
    name = f"{condition.kind}/{part_of_name(condition.subject)}/{now:%Y-%m-%d}"
    again = sum(one == name or one.startswith(f"{name}/") for one in names)
    return Incident(
        incident_id=f"{name}/{again + 1}" if again else name,
        rule=condition.kind,
        segment=condition.subject,
        grain="day",
        severity=condition.severity,
        state=State.OPEN,
        opened_at=now,
        since=now.date(),
        opened_period=now.date(),
        last_period=now.date(),
        periods=1,
        value=None,
        line=None,
        detail=condition.detail,
        told_period=now.date(),
        kind=KIND,
        next_step=condition.next_step,
    )


def _hold(
    con: duckdb.DuckDBPyConnection,
    held: Incident,
    condition: Condition,
    now: datetime,
    of: PipelineAlerts,
) -> None:
    today = now.date()
    remind = (
        held.state is State.OPEN
        and not held.is_silenced(now)
        and today - held.told_period >= REMIND_AFTER
    )
    changed = replace(
        held,
        last_period=today,
        periods=(today - held.since).days + 1,
        detail=condition.detail,
        next_step=condition.next_step,
        told_period=today if remind else held.told_period,
    )
    store(con, changed)
    if remind:
        _enqueue(con, Event.STILL_BROKEN, changed, condition, now, of)


def _enqueue(
    con: duckdb.DuckDBPyConnection,
    event: Event,
    incident: Incident,
    condition: Condition | None,
    now: datetime,
    of: PipelineAlerts,
) -> None:
    alert = PipelineAlert(
        event=event,
        incident_id=incident.incident_id,
        kind=incident.rule,
        subject=incident.segment,
        severity=incident.severity,
        title=condition.title if condition else f"{_called(incident)} is over",
        detail=incident.detail,
        next_step=incident.next_step or "",
        command=condition.command if condition else (),
        opened_at=incident.opened_at,
        serial=f"-{now:%Y-%m-%d}" if event is Event.STILL_BROKEN else "",
        owner=of.owner,
        runbook=of.runbook,
    )
    enqueue(con, alert, now=now, publication_id=None, needs_publication=False)


def _called(incident: Incident) -> str:
    """Return what ended, such as ``refused file support/tickets.csv``; of a run there is but one."""
    kind = incident.rule.replace("_", " ")
    is_of_the_run = incident.rule in ("error", "failed_validation", "missed_run")
    return kind if is_of_the_run else f"{kind} {shown(incident.segment, 80)}"
