"""What ``ebbline replay`` says beside its incidents: what was known then and what came of them, as table and charts."""

from collections.abc import Iterator, Sequence

from dagster_project.period import Period
from dagster_project.plural import counted
from dagster_project.red_lines.blocks import bars
from dagster_project.red_lines.incident_outcomes import HORIZON
from dagster_project.red_lines.outcome_rows import OutcomeRow, outcome_rows
from dagster_project.red_lines.replay import Replay
from dagster_project.red_lines.replayed_incidents import ReplayedLine
from dagster_project.screens import Line

# A chart is read on one line of a terminal.
_PERIODS_SHOWN = 36


def outcome_lines(replay: Replay) -> Iterator[Line]:
    """Yield the table, what its words mean, and the charts."""
    rows = outcome_rows(replay)
    if not rows:
        return
    yield "what came of them", "bold"
    for text in _table(rows):
        yield f"  {text}", None
    yield (
        "  came true: damage in the same period or within"
        f" {HORIZON}; damage: the worst fifth of them by MRR lost, for purchases by their fall",
        None,
    )
    for line in replay.lines:
        if line.incidents or _incidents_then(replay, line):
            yield from _chart(replay, line)


def known_lines(replay: Replay) -> Iterator[Line]:
    """Yield what "then" is made of, or that it is not known."""
    if replay.then is None:
        yield "what was published at the time is not known: these are today's figures", None
        return
    yield (
        f"then: {counted(replay.then.publications, 'publication')} since"
        f" {replay.then.first:%Y-%m-%d}, each judged by what it stated and by when exports had been read",
        None,
    )
    if replay.then.without_history:
        yield f"  today's figures alone: {', '.join(replay.then.without_history)}", None


def _table(rows: Sequence[OutcomeRow]) -> list[str]:
    heads = ("red line", "segment", "by figures of", "fired", "messages", "came true",
             "periods early", "false alarms", "too young", "missed", "by chance")  # fmt: skip
    cells = [heads, *(_cells(row) for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(heads))]
    return [
        "  ".join(
            cell.ljust(width) if place < 3 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def _cells(row: OutcomeRow) -> tuple[str, ...]:
    numbers = (row.fired, row.messages, row.came_true, row.periods_early,
               row.false_alarms, row.undecided, row.missed)  # fmt: skip
    written = ("-" if one is None else f"{one:.1f}" if isinstance(one, float) else str(one)
               for one in numbers)  # fmt: skip
    by_chance = "-" if row.by_chance is None else f"{row.by_chance:.0%}".replace("%", " %")
    return (row.rule, row.segment, row.judged_by, *written, by_chance)


def _chart(replay: Replay, line: ReplayedLine) -> Iterator[Line]:
    """Yield the figure of the last periods, and below it where incidents were opened."""
    statuses = line.statuses[-_PERIODS_SHOWN:]
    periods = [status.period for status in statuses]
    where = "" if str(line.segment) == "all" else f" in {line.segment}"
    yield f"  {line.rule.name}{where}, {periods[0]} to {periods[-1]}", None
    yield f"    {line.rule.subject.label:<24.24} {bars([one.value for one in statuses])}", None
    yield f"    {'opened, by today':<24} {_marks(periods, line)}", None
    then = _incidents_then(replay, line)
    if then is not None:
        yield f"    {'opened, by those of then':<24} {_marks(periods, then)}", None


def _incidents_then(replay: Replay, line: ReplayedLine) -> ReplayedLine | None:
    for then in replay.then.lines if replay.then else ():
        if (then.rule.name, then.segment) == (line.rule.name, line.segment) and then.incidents:
            return then
    return None


def _marks(periods: Sequence[Period], line: ReplayedLine) -> str:
    opened = {one.opened_in for one in line.incidents}
    return "".join("▲" if period in opened else "·" for period in periods)
