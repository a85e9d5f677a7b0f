"""Incidents that a red line would have opened, replayed from moment to moment by the code of a run.

A moment is what a run would have seen: the newest complete period's status, and when. Nothing is stored or sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dagster_project.period import Period
from dagster_project.red_lines.evaluation import RedLineStatus, Segment
from dagster_project.red_lines.incidents import Event, Incident, transition
from dagster_project.red_lines.lines import FALLS_WHEN_BAD
from dagster_project.red_lines.rules import Rule


@dataclass(frozen=True)
class Moment:
    """What a run saw.

    :param status: that of the newest complete period.
    :param run: the statuses of the crossed periods running that end with it; empty where it is not crossed.
    :param at: when.
    """

    status: RedLineStatus
    run: tuple[RedLineStatus, ...]
    at: datetime


@dataclass(frozen=True)
class ReplayedIncident:
    """An incident that would have been.

    :param incident: as the replay leaves it.
    :param crossed: the statuses of its crossed periods, oldest first, with those that had to be
        crossed before it could open.
    :param events: what would have been told of it, in order: a message each.
    """

    incident: Incident
    crossed: tuple[RedLineStatus, ...]
    events: tuple[Event, ...]

    @property
    def since(self) -> Period:
        """The first period of the run it was opened with."""
        return self.crossed[0].period

    @property
    def opened_in(self) -> Period:
        """The period that opened it."""
        return Period(self.crossed[0].period.grain, self.incident.opened_period)

    @property
    def until(self) -> Period:
        """The last period in which it was seen crossed."""
        return self.crossed[-1].period

    @property
    def worst(self) -> RedLineStatus:
        """The crossed period whose value lies furthest beyond its line; the first of equals."""
        return max(self.crossed, key=_beyond)

    @property
    def resolved_in(self) -> Period | None:
        """The period that resolved it; None: still open."""
        resolved = self.incident.resolved_period
        return None if resolved is None else Period(self.crossed[0].period.grain, resolved)


@dataclass(frozen=True)
class ReplayedLine:
    """One red line in one segment.

    :param statuses: of the replayed periods, oldest first.
    """

    rule: Rule
    segment: Segment
    statuses: tuple[RedLineStatus, ...]
    incidents: tuple[ReplayedIncident, ...]

    def periods(self, word: str) -> int:
        """How many replayed periods were ``crossed``, ``clear`` or ``unknown``."""
        return sum(status.word == word for status in self.statuses)

    @property
    def messages(self) -> int:
        """How many messages would have been sent."""
        return sum(len(found.events) for found in self.incidents)


@dataclass
class _Life:
    """An incident while it is being replayed."""

    incident: Incident
    crossed: list[RedLineStatus]
    events: list[Event] = field(default_factory=list)

    def saw(self, status: RedLineStatus) -> None:
        """Note a crossed period, or what was said of it anew."""
        if self.crossed and self.crossed[-1].period == status.period:
            self.crossed[-1] = status
        else:
            self.crossed.append(status)

    def ended(self) -> ReplayedIncident:
        return ReplayedIncident(self.incident, tuple(self.crossed), tuple(self.events))


def line_of_moments(
    rule: Rule, segment: Segment, moments: Sequence[Moment], statuses: tuple[RedLineStatus, ...]
) -> ReplayedLine:
    """Carry the incidents of one red line and segment through moments, oldest first.

    :param statuses: what is counted by period.
    """
    lives: dict[str, _Life] = {}
    newest = min((moment.status.period.start for moment in moments), default=None)
    for moment in moments:
        if newest is not None and moment.status.period.start < newest:
            continue  # a later period was judged before: the past opens and ends nothing
        newest = moment.status.period.start
        changed, event = transition(
            (life.incident for life in lives.values()), moment.status, now=moment.at
        )
        if changed is None:
            continue
        if event is Event.OPENED:
            lives[changed.incident_id] = _Life(changed, list(moment.run))
        life = lives[changed.incident_id]
        life.incident = changed
        if event is not None:
            life.events.append(event)
        if changed.is_active:
            life.saw(moment.status)
    return ReplayedLine(rule, segment, statuses, tuple(life.ended() for life in lives.values()))


def _beyond(status: RedLineStatus) -> float:
    """Return how far the value lies beyond the line; of a crossed period both are known."""
    assert status.value is not None and status.line is not None
    above = status.value - status.line
    return -above if status.rule.when in FALLS_WHEN_BAD else above
