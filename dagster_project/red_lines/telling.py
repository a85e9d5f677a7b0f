"""What one evaluation has to tell: one message for one cause, and nothing of what was never told.

Red lines that are crossed by the same losses in the same period are one message (``causes.py``): one leads, the
others are named in it and stand under it (``cause``). Which incidents there are is decided before; only the
outbox is written here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from dagster_project.red_lines.causes import Caused, by_cause, caused, share_of
from dagster_project.red_lines.evaluation import RedLineStatus, Segment
from dagster_project.red_lines.evidence import evidence_of
from dagster_project.red_lines.impact import impact_of
from dagster_project.red_lines.incidents import Event, Incident
from dagster_project.red_lines.messages import alert_of
from dagster_project.red_lines.outbox import enqueue, withdraw_untold


@dataclass(frozen=True)
class Change:
    """An incident as the newest status left it, and what there is to tell of it (None: nothing)."""

    incident: Incident
    event: Event | None
    status: RedLineStatus


def tell(
    con: duckdb.DuckDBPyConnection,
    changes: Sequence[Change],
    statuses: Sequence[RedLineStatus],
    *,
    active: Sequence[Incident],
    now: datetime,
    publication_id: str | None,
) -> tuple[list[str], list[Incident]]:
    """Put what is to be told into the outbox.

    :param statuses: all of this evaluation; messages show the periods before.
    :param active: the unresolved incidents, those of ``changes`` among them.
    :returns: the keys of the messages, and the incidents that now stand under another, or no longer do.
    """
    teller = _Teller(con, statuses, now, publication_id)
    ended = {change.incident.incident_id for change in changes if not change.incident.is_active}
    under = {incident.incident_id: incident for incident in active}
    messages: list[str] = []
    placed: list[Incident] = []
    opened = [change for change in changes if change.event is Event.OPENED]
    behind = [caused(con, change.status, change.incident.severity) for change in opened]
    for first, *others in by_cause(behind):
        lead = opened[first]
        also = [_line(behind[other], behind[first]) for other in others]
        messages += teller.enqueue(lead, also=also)
        placed += [
            replace(opened[other].incident, cause=lead.incident.incident_id) for other in others
        ]
    for change in changes:
        incident, event = change.incident, change.event
        if event is None or event is Event.OPENED:
            continue
        is_told_by_another = incident.cause in under or incident.cause in ended
        if is_told_by_another and event is not Event.ESCALATED:
            continue
        children = [one for one in under.values() if one.cause == incident.incident_id]
        if event is Event.RESOLVED:
            was_told = not withdraw_untold(con, incident.incident_id)
            placed += _promoted(children)
            if not was_told:
                messages += teller.open_first(children)
                continue
        messages += teller.enqueue(change, also=[f"{one.rule}: {one.detail}" for one in children])
    return messages, placed


@dataclass(frozen=True)
class _Teller:
    con: duckdb.DuckDBPyConnection
    statuses: Sequence[RedLineStatus]
    now: datetime
    publication_id: str | None

    def enqueue(self, change: Change, *, also: Sequence[str] = ()) -> list[str]:
        assert change.event is not None
        status = change.status
        history = [
            one
            for one in self.statuses
            if one.rule.name == status.rule.name
            and one.segment == status.segment
            and one.period.start <= status.period.start
        ]
        alert = alert_of(
            change.event,
            change.incident,
            status,
            impact_of(self.con, status),
            evidence=evidence_of(self.con, status),
            history=history,
            also=tuple(also),
        )
        return enqueue(self.con, alert, now=self.now, publication_id=self.publication_id)

    def open_first(self, children: Sequence[Incident]) -> list[str]:
        """Tell of incidents whose message was taken back with that of the one they stood under."""
        if not children:
            return []
        first = children[0]
        status = next(
            (
                one
                for one in self.statuses
                if one.is_latest
                and one.rule.name == first.rule
                and str(one.segment) == first.segment
            ),
            None,
        )
        if status is None:
            return []
        also = [f"{one.rule}: {one.detail}" for one in children[1:]]
        return self.enqueue(Change(replace(first, cause=None), Event.OPENED, status), also=also)


def _promoted(children: Sequence[Incident]) -> list[Incident]:
    """Return incidents whose cause has ended: the first now speaks for them."""
    return [
        replace(child, cause=children[0].incident_id if position else None)
        for position, child in enumerate(children)
    ]


def _line(one: Caused, lead: Caused) -> str:
    """Return a red line that another message tells of, and how much of the loss is in its segment."""
    status = one.status
    where = "" if status.segment.dimension == "all" else f" in {status.segment}"
    share = None if status.segment in (Segment(), lead.status.segment) else share_of(one, lead)
    behind = "" if share is None else f" ({round(share * 100)} % of the MRR lost)"
    return f"{status.rule.sentence}{where}: {status.detail}{behind}"
