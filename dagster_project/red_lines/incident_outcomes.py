"""What came of incidents: whether damage followed, how early they told of it, and which of them were false alarms.

Damage is one of the worst fifth of the replayed periods: by the share of MRR lost (churn and contraction), of purchases
by how far their amount fell below the period before. An incident told of it when it was opened in that period or up to
three before. Today's figures say what damage there was. Reads only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import duckdb

from dagster_project.metrics import CATALOGUE, Metric
from dagster_project.period import Period
from dagster_project.red_lines.evaluation import Segment
from dagster_project.red_lines.rules import Rule
from dagster_project.warehouse.introspection import columns_of

HORIZON = 3
# With fewer periods a worst fifth says nothing.
FEWEST_PERIODS = 5


@dataclass(frozen=True)
class Damage:
    """The damage that a segment took.

    :param periods: the worst fifth of them.
    :param known: all periods of which it is known.
    """

    periods: frozenset[Period]
    known: frozenset[Period]

    def follows(self, period: Period) -> int | None:
        """Return how many periods after this one damage came, 0 for the same; None: not within the horizon."""
        for lead in range(HORIZON + 1):
            if period.moved(lead) in self.periods:
                return lead
        return None

    @property
    def by_chance(self) -> float:
        """The share of all periods that would have told of damage, had an incident been opened in each."""
        told = sum(self.follows(period) is not None for period in self.known)
        return told / len(self.known)


@dataclass(frozen=True)
class IncidentOutcomes:
    """What came of the incidents of one red line in one segment.

    :param leads: by incident how many periods before the damage it was opened; None for a false alarm.
    :param undecided: incidents so young that damage may still follow.
    :param missed: periods of damage that no incident told of.
    :param by_chance: the share of incidents that would have come true at any time.
    """

    leads: Mapping[str, int | None]
    undecided: frozenset[str]
    missed: int
    by_chance: float

    @property
    def came_true(self) -> int:
        """Incidents after which damage came."""
        return sum(lead is not None for lead in self.leads.values())

    @property
    def false_alarms(self) -> int:
        """Incidents after which none came."""
        return len(self.leads) - self.came_true

    @property
    def periods_early(self) -> float | None:
        """How early those that came true were, on average; None where none did."""
        known = [lead for lead in self.leads.values() if lead is not None]
        return sum(known) / len(known) if known else None


def damage_of(
    con: duckdb.DuckDBPyConnection, rule: Rule, segment: Segment, periods: Iterable[Period]
) -> Damage | None:
    """Return the damage of a segment within the replayed periods; None where it cannot be told."""
    damage = _damage_metric(rule)
    if not damage.columns <= set(columns_of(con, "marts", damage.table)):
        return None
    rows = con.execute(
        f"select period_start, {_lost(damage)} from marts.{damage.table} "  # noqa: S608 - own names
        "where grain = ? and dimension = ? and member = ? and is_complete",
        [rule.grain, segment.dimension, segment.member],
    ).fetchall()
    asked = set(periods)
    losses = {
        Period(rule.grain, start): float(lost)
        for start, lost in rows
        if lost is not None and Period(rule.grain, start) in asked
    }
    if len(losses) < FEWEST_PERIODS:
        return None
    worst = sorted(losses, key=lambda period: (-losses[period], period.start))
    damaged = [one for one in worst[: ceil(len(losses) / 5)] if losses[one] > 0]
    return Damage(frozenset(damaged), frozenset(losses)) if damaged else None


def _damage_metric(rule: Rule) -> Metric:
    """Return the metric whose worst periods are the damage: of the rule's own subject, else of recurring revenue."""
    kept = {metric.subject: metric for metric in CATALOGUE.values() if metric.is_damage}
    return kept.get(rule.subject.subject, kept["recurring"])


def _lost(damage: Metric) -> str:
    """Return as SQL what was lost: a rate of loss itself, of an amount the share by which it fell."""
    if damage.is_rate:
        return f"({damage.numerator})::double / nullif({damage.denominator}, 0)::double"
    before = f"lag({damage.column}) over (order by period_start)"
    return f"1 - {damage.column}::double / nullif({before}, 0)::double"


def outcomes_of(
    opened: Sequence[tuple[str, Period]], damage: Damage, *, since: Period | None = None
) -> IncidentOutcomes:
    """Return what came of incidents, each a name and the period that opened it.

    :param since: the first period that was judged: what happened before could not be told of.
    """
    leads: dict[str, int | None] = {}
    undecided: set[str] = set()
    last = max(damage.known, key=lambda period: period.start)
    for name, period in opened:
        lead = damage.follows(period)
        if lead is None and period.moved(HORIZON).start > last.start:
            undecided.add(name)
        else:
            leads[name] = lead
    told = {period.moved(ahead) for _, period in opened for ahead in range(HORIZON + 1)}
    missed = {one for one in damage.periods - told if since is None or one.start >= since.start}
    return IncidentOutcomes(leads, frozenset(undecided), len(missed), damage.by_chance)
