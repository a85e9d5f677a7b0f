"""The red lines in a few typed lines, for the screen. Printing is the CLI's business."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dagster_project.plural import counted
from dagster_project.red_lines.evaluation import RedLineStatus
from dagster_project.red_lines.rules import Severity


@dataclass(frozen=True)
class SummaryLine:
    """One red line in the newest complete period.

    :param rule: its name.
    :param severity: how bad crossing it is.
    :param state: ``crossed``, ``clear`` or ``unknown``.
    :param text: what, where and when, value against line.
    :param earlier_crossed: in how many earlier periods it was crossed.
    :param earlier_periods: how many earlier periods there are.
    """

    rule: str
    severity: Severity
    state: Literal["crossed", "clear", "unknown"]
    text: str
    earlier_crossed: int
    earlier_periods: int


def summary(statuses: Sequence[RedLineStatus]) -> list[SummaryLine]:
    """Return a line per red line and segment, crossed ones first, then unknown, then clear."""
    lines = []
    for status in statuses:
        if not status.is_latest:
            continue
        earlier = [
            other
            for other in statuses
            if other.rule.name == status.rule.name
            and other.segment == status.segment
            and not other.is_latest
        ]
        where = "" if str(status.segment) == "all" else f" in {status.segment}"
        running = (
            f", {counted(status.running, status.rule.grain)} running" if status.running > 1 else ""
        )
        lines.append(
            SummaryLine(
                rule=status.rule.name,
                severity=status.rule.severity,
                state=_state(status),
                text=f"{status.rule.sentence}{where}: {status.period}: {status.detail}{running}",
                earlier_crossed=sum(other.breached is True for other in earlier),
                earlier_periods=len(earlier),
            )
        )
    order = {"crossed": 0, "unknown": 1, "clear": 2}
    return sorted(lines, key=lambda line: (order[line.state], line.severity != "page"))


def _state(status: RedLineStatus) -> Literal["crossed", "clear", "unknown"]:
    if status.breached is None:
        return "unknown"
    return "crossed" if status.breached else "clear"
