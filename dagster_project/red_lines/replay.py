"""How red lines would have behaved: every complete period of the marts judged as if it had been the
newest in its turn, by the code that judges a run and through the same life of an incident.

Reads only: nothing is stored and nothing is sent. These are today's figures, as if every export had come in time; what
was published at the time stands beside it (``replay_as_published.py``), and what came of it
(``incident_outcomes.py``). Nobody acknowledges: every reminder that falls due is counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import groupby

import duckdb

from dagster_project.errors import EbblineError, did_you_mean
from dagster_project.period import Period
from dagster_project.red_lines.evaluation import RedLineStatus, Segment, judge
from dagster_project.red_lines.incident_outcomes import IncidentOutcomes, damage_of, outcomes_of
from dagster_project.red_lines.replay_as_published import PublishedReplay, replay_as_published
from dagster_project.red_lines.replayed_incidents import Moment, ReplayedLine, line_of_moments
from dagster_project.red_lines.rules import Rule


@dataclass(frozen=True)
class Replay:
    """What a replay found.

    :param publication_id: the publication whose figures were judged.
    :param rules: the red lines replayed, in the order of the settings.
    :param first: first day of the time replayed.
    :param end: the first day after it.
    :param lines: by rule, then segment; a rule of which no segment or period is there has none.
    :param then: the same by what was published at the time; None where that is not known.
    :param outcomes: what came of the incidents of ``lines``, by rule and segment, where that can be told.
    :param outcomes_then: the same of the incidents of ``then``.
    """

    publication_id: int
    rules: tuple[Rule, ...]
    first: date
    end: date
    lines: tuple[ReplayedLine, ...]
    then: PublishedReplay | None = None
    outcomes: Mapping[tuple[str, Segment], IncidentOutcomes] = field(default_factory=dict)
    outcomes_then: Mapping[tuple[str, Segment], IncidentOutcomes] = field(default_factory=dict)

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
            fix=did_you_mean(unknown[0], known)
            or "the red lines of the settings file are listed above",
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
    then = replay_as_published(con, rules, since=since)
    return Replay(
        publication_id=publication_id,
        rules=tuple(rules),
        first=first if since is None else max(first, since),
        end=max(period.end for period in periods),
        lines=tuple(lines),
        then=then,
        outcomes=_outcomes(con, lines, lines),
        outcomes_then=_outcomes(con, then.lines if then else (), lines),
    )


def _outcomes(
    con: duckdb.DuckDBPyConnection, lines: Iterable[ReplayedLine], today: Sequence[ReplayedLine]
) -> dict[tuple[str, Segment], IncidentOutcomes]:
    """Return what came of incidents; damage is looked for in the periods that are replayed by today's figures."""
    periods = {
        (line.rule.name, line.segment): [status.period for status in line.statuses]
        for line in today
    }
    found = {}
    for line in lines:
        key = line.rule.name, line.segment
        damage = damage_of(con, line.rule, line.segment, periods.get(key, ()))
        if damage is not None:
            opened = [(one.incident.incident_id, one.opened_in) for one in line.incidents]
            first = line.statuses[0].period if line.statuses else None
            found[key] = outcomes_of(opened, damage, since=first)
    return found


def _replayed(history: Sequence[RedLineStatus], since: date | None) -> ReplayedLine:
    """Carry the incidents of one red line and segment through its periods."""
    moments = [
        Moment(
            status,
            tuple(history[position + 1 - status.running : position + 1]),
            _closing(status.period),
        )
        for position, status in enumerate(history)
        if since is None or status.period.end > since
    ]
    statuses = tuple(moment.status for moment in moments)
    return line_of_moments(history[0].rule, history[0].segment, moments, statuses)


def _closing(period: Period) -> datetime:
    return datetime.combine(period.end, time(), UTC)
