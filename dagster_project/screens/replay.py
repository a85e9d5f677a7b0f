"""What ``ebbline replay`` says: the incidents that would have been, and how often somebody would have
been told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dagster_project.period import Period
from dagster_project.plural import counted
from dagster_project.red_lines.incidents import Event
from dagster_project.red_lines.outcome_rows import outcome_rows
from dagster_project.red_lines.replay import Replay
from dagster_project.red_lines.replayed_incidents import ReplayedIncident, ReplayedLine
from dagster_project.red_lines.rules import Rule
from dagster_project.screens import Line
from dagster_project.screens.machine_readable import as_csv, as_json, plain
from dagster_project.screens.replay_outcomes import known_lines, outcome_lines

WORDS = ("crossed", "clear", "unknown")


@dataclass(frozen=True)
class ReplayedRow:
    """A row of the CSV: an incident, or a red line in a segment that has none.

    The periods crossed, clear and unknown stand in the first row of a line only, so that the columns
    can be summed.
    """

    rule: str
    severity: str
    grain: str
    segment: str
    crossed: int | None
    clear: int | None
    unknown: int | None
    incident_id: str | None = None
    state: str | None = None
    opened_in: str | None = None
    since: str | None = None
    until: str | None = None
    periods: int | None = None
    worst_value: float | None = None
    worst_line: float | None = None
    worst_period: str | None = None
    resolved_in: str | None = None
    messages: int | None = None
    reminders: int | None = None


def replay_lines(replay: Replay) -> Iterator[Line]:
    """Yield each red line with its incidents, then the totals and what they rest on."""
    first, last = Period("month", replay.first), Period("month", replay.end).before
    yield (
        f"red lines replayed over publication {replay.publication_id}: {first} to {last}"
        f" ({counted(replay.months, 'month')})",
        "bold",
    )
    for rule in replay.rules:
        yield from _rule_lines(rule, [line for line in replay.lines if line.rule is rule])
    yield from outcome_lines(replay)
    yield from closing_lines(replay)


def closing_lines(replay: Replay) -> Iterator[Line]:
    """Yield how many messages and pages that would have been, and the limits of a replay."""
    messages, pages = counted(replay.messages, "message"), counted(replay.pages, "page")
    yield (
        f"{messages} would have been sent, {replay.messages / replay.months:.2g} a month;"
        f" {pages} among them, {replay.pages / replay.months:.2g} a month",
        "bold yellow" if replay.messages else "bold green",
    )
    yield from known_lines(replay)
    yield "nothing was written and nothing was sent", None


def _rule_lines(rule: Rule, lines: list[ReplayedLine]) -> Iterator[Line]:
    off = "" if rule.enabled else ", turned off"
    yield f"{rule.name} ({rule.severity}{off}): {rule.sentence}", "bold"
    if not lines:
        yield f"  nothing to judge: no complete {rule.grain} or no such segment", "yellow"
    for line in lines:
        if line.incidents:
            yield f"  {line.segment}: {_periods([line])}", None
            for found in line.incidents:
                yield _incident_line(found)
    quiet = [line for line in lines if not line.incidents]
    if quiet:
        where = (
            str(quiet[0].segment) if len(quiet) == 1 else counted(len(quiet), "segment") + " in all"
        )
        yield f"  {where}: no incident; {_periods(quiet)}", None


def _periods(lines: list[ReplayedLine]) -> str:
    grain = lines[0].rule.grain
    crossed, clear, unknown = (sum(line.periods(word) for line in lines) for word in WORDS)
    return f"{counted(crossed, grain)} crossed, {clear} clear, {unknown} unknown"


def _incident_line(found: ReplayedIncident) -> Line:
    worst, resolved = found.worst, found.resolved_in
    since = str(found.since) if found.since == found.until else f"{found.since} to {found.until}"
    opened = "" if found.opened_in == found.since else f" opened in {found.opened_in},"
    end = "still open" if resolved is None else f"resolved in {resolved}"
    return (
        f"    {since}: {counted(len(found.crossed), found.incident.grain)},{opened}"
        f" worst {worst.detail} ({worst.period}), {end},"
        f" {counted(len(found.events), 'message')}",
        "red" if resolved is None else "yellow",
    )


def replay_csv(replay: Replay) -> str:
    """Return a row per incident, and one per red line and segment without any."""
    return as_csv(ReplayedRow, (row for line in replay.lines for row in _rows(line)))


def _rows(line: ReplayedLine) -> Iterator[ReplayedRow]:
    rule = line.rule
    documents = [_incident_document(found) for found in line.incidents] or [{}]
    for position, document in enumerate(documents):
        counts: dict[str, Any] = {}
        for word in WORDS:
            counts[word] = line.periods(word) if position == 0 else None
        yield ReplayedRow(
            rule=rule.name,
            severity=rule.severity,
            grain=rule.grain,
            segment=str(line.segment),
            **counts,
            **document,
        )


def replay_json(replay: Replay) -> str:
    """Return everything as one JSON object."""
    return as_json(
        {
            "publication": replay.publication_id,
            "first": replay.first,
            "end": replay.end,
            "months": replay.months,
            "messages": replay.messages,
            "pages": replay.pages,
            "rules": [rule.name for rule in replay.rules],
            "lines": [_line_document(line) for line in replay.lines],
            "then": None
            if replay.then is None
            else {
                "publications": replay.then.publications,
                "first": replay.then.first,
                "without_history": list(replay.then.without_history),
                "lines": [_line_document(line) for line in replay.then.lines],
            },
            "outcomes": [plain(row) for row in outcome_rows(replay)],
        }
    )


def _line_document(line: ReplayedLine) -> dict[str, Any]:
    return {
        "rule": line.rule.name,
        "sentence": line.rule.sentence,
        "severity": line.rule.severity,
        "grain": line.rule.grain,
        "segment": str(line.segment),
        **{word: line.periods(word) for word in WORDS},
        "messages": line.messages,
        "incidents": [_incident_document(found) for found in line.incidents],
    }


def _incident_document(found: ReplayedIncident) -> dict[str, Any]:
    worst, resolved = found.worst, found.resolved_in
    return {
        "incident_id": found.incident.incident_id,
        "state": found.incident.state.value,
        "opened_in": str(found.opened_in),
        "since": str(found.since),
        "until": str(found.until),
        "periods": len(found.crossed),
        "worst_value": worst.value,
        "worst_line": worst.line,
        "worst_period": str(worst.period),
        "resolved_in": None if resolved is None else str(resolved),
        "messages": len(found.events),
        "reminders": found.events.count(Event.STILL_CROSSED),
    }
