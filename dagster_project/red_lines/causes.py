"""Which red lines have one cause: those that follow from the same customers are one message.

Two that speak of losses have one cause where they share at least half of the MRR that the lesser of them lost. Of those
that have one, the gravest leads; of equals the segment that explains the others: it has four fifths of what was lost,
and no more than half of the MRR there was. The others stand under the one that leads. Reads only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from dagster_project.red_lines.evaluation import RedLineStatus, Segment
from dagster_project.red_lines.impact import losses_of
from dagster_project.red_lines.mart_row import row_of

SHARED = Decimal("0.5")
EXPLAINS, OF_THE_WHOLE = Decimal("0.8"), Decimal("0.5")


@dataclass(frozen=True)
class Caused:
    """A red line and the losses behind it.

    :param losses: MRR lost by customer; empty where that is not known, or the line is about something else.
    :param mrr_opening: MRR of the segment at the opening; None where that is not known.
    """

    status: RedLineStatus
    severity: str
    losses: dict[str, Decimal]
    mrr_opening: Decimal | None = None

    @property
    def lost(self) -> Decimal:
        """All MRR lost."""
        return sum(self.losses.values(), Decimal())


def caused(con: duckdb.DuckDBPyConnection, status: RedLineStatus, severity: str) -> Caused:
    """Return a crossed red line with what is behind it."""
    if not status.rule.subject.follows_losses:
        return Caused(status, severity, {})
    losses = {
        one.customer_id: one.mrr_lost for one in losses_of(con, status.period, status.segment)
    }
    return Caused(status, severity, losses, _opening(con, status))


def by_cause(crossed: Sequence[Caused]) -> list[list[int]]:
    """Return the places of red lines that have one cause, the one that leads first."""
    groups: list[list[int]] = []
    for place, one in enumerate(crossed):
        alike = [group for group in groups if any(_is_one_cause(one, crossed[at]) for at in group)]
        groups = [group for group in groups if group not in alike]
        groups.append([at for group in alike for at in group] + [place])
    return [_in_order(sorted(group), crossed) for group in sorted(groups, key=min)]


def share_of(part: Caused, whole: Caused) -> Decimal | None:
    """Return which share of what one lost is the other's too; None where it lost nothing that is known."""
    if not whole.lost:
        return None
    shared = sum(
        (whole.losses[name] for name in part.losses.keys() & whole.losses.keys()), Decimal()
    )
    return shared / whole.lost


def _is_one_cause(one: Caused, other: Caused) -> bool:
    first, second = one.status, other.status
    if first.period != second.period:
        return False
    if not (first.rule.subject.follows_losses and second.rule.subject.follows_losses):
        return first.rule.metric == second.rule.metric
    if not one.losses or not other.losses:
        # Nothing says who was lost: the whole business has everybody, a segment its own.
        whole = Segment()
        return first.segment == second.segment or whole in (first.segment, second.segment)
    lesser, greater = sorted((one, other), key=lambda caused: caused.lost)
    shared = share_of(greater, lesser)
    return shared is not None and shared >= SHARED


def _in_order(group: Sequence[int], crossed: Sequence[Caused]) -> list[int]:
    everything: dict[str, Decimal] = {}
    for place in group:
        everything |= crossed[place].losses
    lost = sum(everything.values(), Decimal())
    opening = max((crossed[place].mrr_opening or Decimal() for place in group), default=Decimal())

    def rank(place: int) -> tuple[bool, bool, Decimal, bool]:
        one = crossed[place]
        is_whole = one.status.segment == Segment()
        explains = (
            not is_whole
            and lost > 0
            and one.mrr_opening is not None
            and one.lost >= EXPLAINS * lost
            and one.mrr_opening <= OF_THE_WHOLE * opening
        )
        narrowness = (one.mrr_opening or Decimal()) if explains else Decimal()
        return (one.severity != "page", not explains, narrowness, not is_whole)

    return sorted(group, key=rank)


def _opening(con: duckdb.DuckDBPyConnection, status: RedLineStatus) -> Decimal | None:
    row = row_of(con, "mart_churn_periods", ["mrr_opening"], status.period, status.segment)
    return Decimal(row["mrr_opening"]) if row else None
