"""How red lines would have behaved: every complete period of the marts judged as if it had been the
newest in its turn, by the code that judges a run and through the same life of an incident.

Reads only: nothing is stored and nothing is sent. Three things a replay cannot know. The figures are
those of today, not those published at the time. When billing was read is not in the marts, so no
period counts as stale. And nobody acknowledges: every reminder that falls due is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import groupby

import duckdb

from dagster_project.errors import EbblineError
from dagster_project.period import Period
from dagster_project.red_lines.evaluation import RedLineStatus, Segment, judge
from dagster_project.red_lines.incidents import Event, Incident, transition
from dagster_project.red_lines.rules import Rule


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


@dataclass(frozen=True)
class Replay:
    """What a replay found.

    :param publication_id: the publication whose figures were judged.
    :param rules: the red lines replayed, in the order of the settings.
    :param first: first day of the time replayed.
    :param end: the first day after it.
    :param lines: by rule, then segment; a rule of which no segment or period is there has none.
    """

    publication_id: int
    rules: tuple[Rule, ...]
    first: date
    end: date
    lines: tuple[ReplayedLine, ...]

    @property
    def months(self) -> int:
        """How many months were replayed."""
        return (self.end.year - self.first.year) * 12 + self.end.month - self.first.month

    @property
    def messages(self) -> int:
        """How many messages would have been sent in all."""
        return sum(line.messages for line in self.lines)

    @property
    def pages(self) -> int:
        """How many of them are of severity ``page``."""
        return sum(line.messages for line in self.lines if line.rule.severity == "page")


@dataclass
class _Life:
    """An incident while it is being replayed."""

    incident: Incident
    crossed: list[RedLineStatus]
    events: list[Event] = field(default_factory=list)

    def ended(self) -> ReplayedIncident:
        return ReplayedIncident(self.incident, tuple(self.crossed), tuple(self.events))


def chosen_rules(rules: Sequence[Rule], names: Sequence[str]) -> tuple[Rule, ...]:
    """Return the red lines of these names, also ones turned off; without a name those in force.

    :raises EbblineError: there is no such red line, or none is in force.
    """
    known = {rule.name: rule for rule in rules}
    unknown = [name for name in dict.fromkeys(names) if name not in known]
    if unknown:
        what = ", ".join(f"'{name}'" for name in unknown)
        raise EbblineError(
            f"no red line is called {what}",
            where="red_lines",
            evidence=[f"{rule.name}: {rule.sentence}" for rule in rules],
            fix="the red lines of the settings file are listed above",
        )
    chosen = tuple(rule for rule in rules if (rule.name in names if names else rule.enabled))
    if not chosen:
        raise EbblineError(
            "no red line is in force",
            where="red_lines",
            evidence=list(known),
            fix="name one of those above to replay it all the same",
        )
    return chosen


def replay(
    con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], *, since: date | None = None
) -> Replay:
    """Judge the published marts period by period, as if each period had been the newest in turn.

    :param con: what readers see, as ``open_published`` opens it.
    :param rules: the red lines to replay.
    :param since: first day of the month in which ebbline is thought to have begun: only periods that
        ended later open, hold or resolve; earlier ones are history, as in a first run. None: the
        beginning.
    :raises EbblineError: no complete period is left to replay.
    """
    publication_id, until = con.execute("select id, until from marts.publication").fetchall()[0]
    lines = [
        _replayed(tuple(history), since)
        for _, history in groupby(
            judge(con, rules, until=until, reads=None), key=lambda s: (s.rule.name, s.segment)
        )
    ]
    lines = [line for line in lines if line.statuses]
    periods = [status.period for line in lines for status in line.statuses]
    if not periods:
        raise EbblineError(
            "there is no complete period to replay" + (f" since {since:%Y-%m}" if since else ""),
            where=f"publication {publication_id}",
            fix=f"it covers the time until {until}",
        )
    first = min(period.start for period in periods)
    return Replay(
        publication_id=publication_id,
        rules=tuple(rules),
        first=first if since is None else max(first, since),
        end=max(period.end for period in periods),
        lines=tuple(lines),
    )


def _replayed(history: Sequence[RedLineStatus], since: date | None) -> ReplayedLine:
    """Carry the incidents of one red line and segment through its periods."""
    lives: dict[str, _Life] = {}
    in_turn = [
        (position, status)
        for position, status in enumerate(history)
        if since is None or status.period.end > since
    ]
    for position, status in in_turn:
        changed, event = transition(
            (life.incident for life in lives.values()), status, now=_closing(status.period)
        )
        if changed is None:
            continue
        if event is Event.OPENED:
            run = history[position + 1 - status.running : position + 1]
            lives[changed.incident_id] = _Life(changed, list(run))
        life = lives[changed.incident_id]
        life.incident = changed
        if event is not None:
            life.events.append(event)
        if changed.is_active and status is not life.crossed[-1]:
            life.crossed.append(status)
    return ReplayedLine(
        rule=history[0].rule,
        segment=history[0].segment,
        statuses=tuple(status for _, status in in_turn),
        incidents=tuple(life.ended() for life in lives.values()),
    )


def _closing(period: Period) -> datetime:
    return datetime.combine(period.end, time(), UTC)


def _beyond(status: RedLineStatus) -> float:
    """Return how far the value lies beyond the line; of a crossed period both are known."""
    assert status.value is not None and status.line is not None
    above = status.value - status.line
    return -above if status.rule.when in ("below", "at_most", "falling") else above
