"""A replay as a table: what each red line did, by today's figures and by those of then, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from dagster_project.red_lines.evaluation import Segment
from dagster_project.red_lines.incident_outcomes import IncidentOutcomes
from dagster_project.red_lines.replay import Replay
from dagster_project.red_lines.replayed_incidents import ReplayedLine

TODAY, THEN = "today", "then"


@dataclass(frozen=True)
class OutcomeRow:
    """What one red line did in one segment, by today's figures or by those of then.

    :ivar fired: how many incidents it opened.
    :ivar came_true: of these the ones after which damage came; None where it cannot be told.
    :ivar periods_early: how many periods before it, on average.
    :ivar undecided: the ones so young that it may still come.
    :ivar missed: periods of damage that none of them told of.
    :ivar by_chance: the share that would have come true at any time.
    """

    rule: str
    segment: str
    judged_by: str
    fired: int
    messages: int
    came_true: int | None
    periods_early: float | None
    false_alarms: int | None
    undecided: int | None
    missed: int | None
    by_chance: float | None


def outcome_rows(replay: Replay) -> list[OutcomeRow]:
    """Return a row per red line, segment and way of judging: those of the whole business, and those that fired."""
    rows = [_row(line, TODAY, replay.outcomes) for line in replay.lines]
    if replay.then is not None:
        rows += [_row(line, THEN, replay.outcomes_then) for line in replay.then.lines]
    order = {rule.name: place for place, rule in enumerate(replay.rules)}
    fired = {(row.rule, row.segment) for row in rows if row.fired}
    return sorted(
        (row for row in rows if row.segment == "all" or (row.rule, row.segment) in fired),
        key=lambda row: (order[row.rule], row.segment != "all", row.segment, row.judged_by == THEN),
    )


def _row(
    line: ReplayedLine, judged_by: str, outcomes: Mapping[tuple[str, Segment], IncidentOutcomes]
) -> OutcomeRow:
    found = outcomes.get((line.rule.name, line.segment))
    return OutcomeRow(
        rule=line.rule.name,
        segment=str(line.segment),
        judged_by=judged_by,
        fired=len(line.incidents),
        messages=line.messages,
        came_true=found.came_true if found else None,
        periods_early=found.periods_early if found else None,
        false_alarms=found.false_alarms if found else None,
        undecided=len(found.undecided) if found else None,
        missed=found.missed if found else None,
        by_chance=found.by_chance if found else None,
    )
