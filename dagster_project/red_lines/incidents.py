"""The life of an incident: opened by a crossed line, perhaps acknowledged, resolved by a clear one.

Pure: given what is known of a red line and segment, and the newest complete period's status, it
says what becomes of the incident and what is to be told. Storing is ``record.py``'s business.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from dagster_project.period import Grain, Period
from dagster_project.red_lines.evaluation import RedLineStatus
from dagster_project.red_lines.naming import part_of_name
from dagster_project.red_lines.rules import Severity


class State(StrEnum):
    """Where an incident stands. Acknowledged: somebody is at it; no more reminders."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Event(StrEnum):
    """What there is to tell: of an incident; ``restated`` of published numbers; ``broken`` of the pipeline."""

    OPENED = "opened"
    STILL_CROSSED = "still_crossed"
    RESOLVED = "resolved"
    RESTATED = "restated"
    ESCALATED = "escalated"
    BROKEN = "broken"
    STILL_BROKEN = "still_broken"
    UNTENDED = "untended"
    MENDED = "mended"


@dataclass(frozen=True)
class Incident:
    """One red line crossed in one segment, from the first to the last period of it.

    :param incident_id: readable, unique and bounded, such as ``churn_above/all/2026-03``.
    :param since: first period of the unbroken run of crossed periods it was opened with.
    :param opened_period: the newest complete period when it was opened.
    :param last_period: the newest period in which it was seen crossed.
    :param periods: crossed periods running, up to ``last_period``.
    :param value: the metric in ``last_period``.
    :param line: what it was held against.
    :param detail: that comparison in words.
    :param told_period: the last period of which a message was made.
    :param publication_id: the publication that first spoke of it; None until it is published.
    :param kind: ``red_line``, or ``pipeline`` for a condition of the pipeline itself.
    :param next_step: what to do about a condition of the pipeline.
    :param silenced_until: first day on which it may speak again.
    :param resolved_by: who ended it by hand; None where it ended by itself.
    :param cause: the incident whose message tells of this one too; None where it has its own.
    """

    incident_id: str
    rule: str
    segment: str
    grain: Grain | Literal["day"]
    severity: Severity
    state: State
    opened_at: datetime
    since: date
    opened_period: date
    last_period: date
    periods: int
    value: float | None
    line: float | None
    detail: str
    told_period: date
    resolved_at: datetime | None = None
    resolved_period: date | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    publication_id: str | None = None
    kind: str = "red_line"
    next_step: str | None = None
    silenced_until: date | None = None
    silenced_by: str | None = None
    escalated_at: datetime | None = None
    cause: str | None = None
    resolved_by: str | None = None

    @property
    def is_active(self) -> bool:
        """Whether the line still counts as crossed."""
        return self.state is not State.RESOLVED

    def is_silenced(self, now: datetime) -> bool:
        """Whether somebody asked that nothing be told of it yet."""
        return self.silenced_until is not None and now.date() < self.silenced_until


def transition(
    known: Iterable[Incident], status: RedLineStatus, *, now: datetime
) -> tuple[Incident | None, Event | None]:
    """Return what the newest complete period makes of a red line in a segment.

    :param known: all incidents that this red line ever had in this segment.
    :param status: the newest complete period's status.
    :param now: the present.
    :returns: the new or changed incident (None: nothing to store) and what to tell (None: nothing).
    """
    known = tuple(known)
    active = next((incident for incident in known if incident.is_active), None)
    ended_by_hand = any(
        incident.resolved_by is not None and incident.last_period >= status.period.start
        for incident in known
    )
    if active is None and ended_by_hand:
        return None, None
    earlier = sum(incident.opened_period == status.period.start for incident in known)
    return _advance(active, status, now=now, earlier=earlier)


def _advance(
    active: Incident | None, status: RedLineStatus, *, now: datetime, earlier: int
) -> tuple[Incident | None, Event | None]:
    """Return what becomes of ``active``, the unresolved incident, or of none.

    :param earlier: incidents already opened in the same period, now resolved.
    """
    if status.breached is None or status.crossed is None:
        return None, None
    if active is None:
        return (_opened(status, now, earlier), Event.OPENED) if status.breached else (None, None)
    if not status.breached:
        if status.clear_running < status.rule.resolve_after:
            return None, None
        resolved = replace(
            active, state=State.RESOLVED, resolved_at=now, resolved_period=status.period.start
        )
        return resolved, None if active.is_silenced(now) else Event.RESOLVED
    may_speak = not active.is_silenced(now)
    tell = may_speak and _reminder_is_due(active, status)
    escalate = may_speak and escalation_is_due(active, status.rule.escalate_after, now)
    held = replace(
        active,
        last_period=status.period.start,
        periods=status.running,
        since=min(
            active.since, _run_began(status)
        ),  # an unknown period ends a run, not an incident
        value=status.value,
        line=status.line,
        detail=status.detail,
        told_period=status.period.start if tell else active.told_period,
        severity="page" if escalate else active.severity,
        escalated_at=now if escalate else active.escalated_at,
    )
    return held, Event.ESCALATED if escalate else Event.STILL_CROSSED if tell else None


def escalation_is_due(active: Incident, after: timedelta | None, now: datetime) -> bool:
    """Whether nobody acknowledged an incident for so long that it is told again, louder; once."""
    return (
        after is not None
        and active.state is State.OPEN
        and active.escalated_at is None
        and now - active.opened_at >= after
    )


def _opened(status: RedLineStatus, now: datetime, earlier: int) -> Incident:
    name = f"{status.rule.name}/{part_of_name(str(status.segment))}/{status.period}"
    return Incident(
        incident_id=f"{name}/{earlier + 1}" if earlier else name,
        rule=status.rule.name,
        segment=str(status.segment),
        grain=status.rule.grain,
        severity=status.rule.severity,
        state=State.OPEN,
        opened_at=now,
        since=_run_began(status),
        opened_period=status.period.start,
        last_period=status.period.start,
        periods=status.running,
        value=status.value,
        line=status.line,
        detail=status.detail,
        told_period=status.period.start,
    )


def _run_began(status: RedLineStatus) -> date:
    period = status.period
    for _ in range(status.running - 1):
        period = period.before
    return period.start


def _reminder_is_due(active: Incident, status: RedLineStatus) -> bool:
    every = status.rule.remind_every
    if not every or active.state is State.ACKNOWLEDGED:
        return False
    due = Period(status.rule.grain, active.told_period).moved(every)
    return status.period.start >= due.start
