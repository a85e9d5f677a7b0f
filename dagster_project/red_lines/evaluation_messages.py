"""What one evaluation has to tell: one message for one cause, and nothing of what was never told.

Red lines that are crossed by the same losses in the same period are one message (``causes.py``): one leads, the
others are named in it and stand under it (``cause``), also those that cross after it was told. Which incidents
there are is decided before; only the outbox is written here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from dagster_project.red_lines.causes import Caused, by_cause, caused, share_of
from dagster_project.red_lines.evaluation import RedLineStatus, Segment
from dagster_project.red_lines.evidence import evidence_of
from dagster_project.red_lines.impact import impact_of
from dagster_project.red_lines.incidents import Event, Incident
from dagster_project.red_lines.messages import alert_of
from dagster_project.red_lines.outbox import (
    also_told_by,
    enqueue,
    was_taken_back,
    withdraw_untold,
)


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
    messages, placed = teller.tell_left_behind(
        [one for one in active if one.cause and one.cause not in {*under, *ended}]
    )
    left_behind = {incident.incident_id: incident for incident in placed}
    told, stands = teller.tell_opened(changes, under | left_behind)
    messages, placed = [*messages, *told], [*placed, *stands]
    under |= {incident.incident_id: incident for incident in placed}
    for change in changes:
        incident, event = change.incident, change.event
        if event is None or event is Event.OPENED:
            continue
        if event is Event.STILL_CROSSED and incident.incident_id in left_behind:
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

    def tell_left_behind(self, orphans: Sequence[Incident]) -> tuple[list[str], list[Incident]]:
        """Let incidents speak whose cause left the settings or was resolved by hand; return how they then stand.

        What its message named is told anew where that was taken back before anybody had it.
        """
        messages: list[str] = []
        placed: list[Incident] = []
        for cause in dict.fromkeys(one.cause for one in orphans):
            children = [one for one in orphans if one.cause == cause]
            placed += _promoted(children)
            messages += self.open_first(
                [one for one in children if was_taken_back(self.con, str(cause), one.opened_at)]
            )
        return messages, placed

    def tell_opened(
        self, changes: Sequence[Change], active: Mapping[str, Incident]
    ) -> tuple[list[str], list[Incident]]:
        """Tell of the incidents that begin, each cause once; return messages, and how incidents then stand."""
        opened = [change for change in changes if change.event is Event.OPENED]
        still_open = self._still_open(active, opened) if opened else []
        crossed = [*still_open, *opened]
        behind = [caused(self.con, one.status, one.incident.severity) for one in crossed]
        messages: list[str] = []
        placed: list[Incident] = []
        for group in by_cause(behind):
            before = [place for place in group if place < len(still_open)]
            new = [place for place in group if place >= len(still_open)]
            if not new:
                continue
            host = _host([still_open[place] for place in before], active)
            if host is None or _is_graver(crossed[new[0]], than=host):
                lead, *others = new
                also = [_line(behind[one], behind[lead]) for one in others]
                messages += self.enqueue(crossed[lead], also=also)
            else:
                lead, others = still_open.index(host), new
                also = [_line(behind[one], behind[lead]) for one in others]
                told, spoke = self._join(still_open[lead], also=also)
                messages, placed = [*messages, *told], [*placed, *spoke]
            leads = crossed[lead].incident.incident_id
            placed += [replace(crossed[one].incident, cause=leads) for one in others]
        return messages, placed

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

    def _still_open(self, active: Mapping[str, Incident], opened: Sequence[Change]) -> list[Change]:
        """Return the incidents that were open before, with the newest period in which they are crossed."""
        new = {change.incident.incident_id for change in opened}
        latest: dict[tuple[str, str, str], RedLineStatus] = {
            (one.rule.name, one.rule.grain, str(one.segment)): one
            for one in self.statuses
            if one.is_latest and one.breached
        }
        return [
            Change(one, None, latest[key])
            for one in active.values()
            if one.incident_id not in new
            and not one.is_silenced(self.now)
            and (key := (one.rule, one.grain, one.segment)) in latest
        ]

    def _join(self, said: Change, *, also: Sequence[str]) -> tuple[list[str], list[Incident]]:
        """Let an open incident tell of red lines that crossed after it; return the message, and how it then stands.

        Where its message of this period waits still, that names them; where it has been sent, receivers know what was
        lost. Of a period that it has not spoken of it speaks now.
        """
        incident, period = said.incident, said.status.period.start
        if incident.told_period >= period:
            also_told_by(self.con, incident.incident_id, also)
            return [], []
        told = replace(incident, told_period=period)
        return self.enqueue(Change(told, Event.STILL_CROSSED, said.status), also=also), [told]

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


def _host(still_open: Sequence[Change], active: Mapping[str, Incident]) -> Change | None:
    """Return the incident that speaks for others of the same cause: the first, or the one that it stands under."""
    by_name = {one.incident.incident_id: one for one in still_open}
    for one in still_open:
        cause = one.incident.cause
        host = by_name.get(cause) if cause is not None and cause in active else one
        if host is not None:
            return host
    return None


def _is_graver(one: Change, *, than: Change) -> bool:
    return one.incident.severity == "page" != than.incident.severity


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
