"""Judging the validated marts against the red lines: one status per rule, segment and complete
period.

Three answers are possible: crossed, clear, and unknown, for a value that is missing, stale or rests
on too few customers. Unknown is never taken for clear. Reads ``marts`` and, for staleness,
``raw.loads``; writes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

import duckdb

from dagster_project.clock import Clock
from dagster_project.metrics import WATCHED
from dagster_project.metrics.words import written
from dagster_project.period import Period
from dagster_project.plural import counted
from dagster_project.red_lines.intervals import trials_column, wilson
from dagster_project.red_lines.lines import FALLS_WHEN_BAD, against, line_of, periods_needed
from dagster_project.red_lines.rules import Rule
from dagster_project.red_lines.staleness import LastReads, last_reads, staleness
from dagster_project.warehouse.introspection import columns_of
from dagster_project.warehouse.quoting import quote_identifier


@dataclass(frozen=True)
class Segment:
    """A slice of the business: a dimension and one of its members."""

    dimension: str = "all"
    member: str = "all"

    def __str__(self) -> str:
        return "all" if self.dimension == "all" else f"{self.dimension}={self.member}"


@dataclass(frozen=True)
class RedLineStatus:
    """Whether one red line was crossed in one period of one segment.

    :param rule: the red line.
    :param period: a complete period.
    :param segment: the slice of the business.
    :param value: the metric's value; None where it is missing.
    :param line: what it was held against; None where that is missing.
    :param crossed: whether the line was crossed in this period alone; None is unknown.
    :param breached: whether it was crossed in as many periods running as the rule asks; None is
        unknown.
    :param running: periods running, up to this one, in which it was crossed.
    :param clear_running: periods running, up to this one, that were clear and beyond ``resolve_line``.
    :param detail: in words: value against line, or why it is unknown.
    :param interval: the Wilson interval (95 %) of a share of people; None for other values.
    :param is_latest: whether this is the newest complete period.
    """

    rule: Rule
    period: Period
    segment: Segment
    value: float | None
    line: float | None
    crossed: bool | None
    breached: bool | None
    running: int
    detail: str
    is_latest: bool
    clear_running: int = 0
    interval: tuple[float, float] | None = None

    @property
    def word(self) -> str:
        """``crossed``, ``clear`` or ``unknown``."""
        return "unknown" if self.breached is None else "crossed" if self.breached else "clear"


@dataclass(frozen=True)
class Figures:
    """A row of a mart: the sample behind it and its values by column."""

    sample: int | None
    trials: int | None
    values: Mapping[str, float | None]


Key = tuple[Segment, Period]


def evaluate(
    con: duckdb.DuckDBPyConnection,
    rules: Sequence[Rule],
    *,
    clock: Clock,
    until: date,
    behind: Mapping[str, date] = MappingProxyType({}),
) -> tuple[RedLineStatus, ...]:
    """Judge the marts as they are now; what its source was read too long ago for is unknown.

    :param con: the working database, marts built and validated.
    :param rules: the red lines in force.
    :param clock: tells what "stale" is measured against.
    :param until: the last day covered; a period that ends after it is not judged.
    :param behind: the last day covered of each source that goes less far; what rests on it is judged up to there.
    :returns: statuses by rule, segment and period, oldest first.
    """
    reads = last_reads(con, clock.now().date())
    return judge(con, rules, until=until, reads=reads, behind=behind)


def judge(
    con: duckdb.DuckDBPyConnection,
    rules: Sequence[Rule],
    *,
    until: date,
    reads: LastReads | None,
    behind: Mapping[str, date] = MappingProxyType({}),
) -> tuple[RedLineStatus, ...]:
    """Judge every complete period of the marts against every rule, in every segment it names.

    What is said of a period rests on it and the periods before it, never on a later one: only
    ``is_latest`` and, through ``reads``, staleness depend on when somebody looks.

    :param con: a database with the marts in schema ``marts``.
    :param until: the last day covered; a period that ends after it is not judged.
    :param reads: how fresh the marts are; None: no period is stale.
    :param behind: the last day covered of each source that goes less far.
    :returns: statuses by rule, segment and period, oldest first.
    """
    statuses: list[RedLineStatus] = []
    for rule in rules:
        covered = min((until, *(behind[one] for one in rule.subject.sources if one in behind)))
        statuses += judge_figures(rule, _figures(con, rule, covered), covered, reads=reads)
    return tuple(statuses)


def judge_figures(
    rule: Rule, figures: Mapping[Key, Figures], covered: date, *, reads: LastReads | None
) -> Iterator[RedLineStatus]:
    """Yield the statuses of one rule, by segment and period, oldest first; none where they speak of nobody.

    :param figures: the complete periods of the rule's grain and dimensions.
    :param covered: the last day covered.
    """
    if _speaks_of_nobody(figures):
        return
    latest = Period.last_complete(rule.grain, covered)
    first = min((period.start for _, period in figures), default=latest.start)
    for segment in _segments(rule, figures):
        yield from _judged(rule, segment, figures, first=first, latest=latest, reads=reads)


def _figures(con: duckdb.DuckDBPyConnection, rule: Rule, until: date) -> dict[Key, Figures]:
    """Return the complete periods of the rule's grain and dimensions; empty where the mart is
    missing.
    """
    metric = rule.subject
    columns = [rule.metric, *([rule.line] if isinstance(rule.line, str) else [])]
    # A rule's columns were checked against the catalogue: identifiers come from that list, not from the
    # file.
    trials = trials_column(metric) or metric.sample_column
    selected = ", ".join(
        quote_identifier(name) for name in (*columns, metric.sample_column, trials)
    )
    needed = {*columns, metric.sample_column, trials, "period_end", "is_complete"}
    if not needed <= set(columns_of(con, "marts", metric.table)):
        return {}  # no such mart, or one that an earlier version made
    rows = con.execute(
        f"""
        select dimension, member, period_start, {selected}
        from marts.{quote_identifier(metric.table)}
        where grain = ? and is_complete and period_end <= ? and list_contains(?, dimension)
        """,  # noqa: S608 - quoted identifiers from the catalogue
        [rule.grain, until + timedelta(days=1), list(rule.segments)],
    ).fetchall()
    found: dict[Key, Figures] = {}
    for dimension, member, start, *values, sample, trials_counted in rows:
        named = {
            column: None if value is None else float(value)
            for column, value in zip(columns, values, strict=True)
        }
        found[Segment(dimension, member), Period(rule.grain, start)] = Figures(
            sample, trials_counted, named
        )
    return found


def _speaks_of_nobody(figures: Mapping[Key, Figures]) -> bool:
    """Whether the business has nothing of the kind: a shop without subscriptions, or a service without orders."""
    return bool(figures) and not any(
        row.sample or any(row.values.values()) for row in figures.values()
    )


def _segments(rule: Rule, figures: Mapping[Key, Figures]) -> list[Segment]:
    present = sorted({segment for segment, _ in figures}, key=str)
    chosen: list[Segment] = []
    for dimension, members in rule.segments.items():
        if members == "*":
            chosen += [segment for segment in present if segment.dimension == dimension]
        else:
            chosen += [Segment(dimension, member) for member in members]
    return chosen


def _judged(
    rule: Rule,
    segment: Segment,
    figures: Mapping[Key, Figures],
    *,
    first: date,
    latest: Period,
    reads: LastReads | None,
) -> Iterator[RedLineStatus]:
    """Yield the statuses of one rule and segment; a period without a row is unknown."""
    history: list[bool | None] = []
    clear_running = 0
    period = Period(rule.grain, first)
    while period.start <= latest.start:
        row = figures.get((segment, period))
        value = row.values[rule.metric] if row else None
        line = line_of(
            rule, row.values if row else None, values_before(rule, figures, segment, period)
        )
        interval = _interval(rule, row, value)
        crossed, detail = _crossed(rule, row, value, line, period)
        if crossed and rule.only_if_certain and not _is_certain(rule, line, interval):
            crossed, detail = None, f"{detail}, which chance may explain"
        stale = staleness(rule, period, reads)
        if stale:
            crossed, detail = None, stale
        history.append(crossed)
        breached = _all_of_the_last(history, rule.consecutive)
        is_well_clear = breached is False and _is_beyond(rule, value)
        clear_running = clear_running + 1 if is_well_clear else 0
        yield RedLineStatus(
            rule=rule,
            period=period,
            segment=segment,
            value=value,
            line=line,
            crossed=crossed,
            breached=breached,
            running=_running(history),
            detail=detail,
            is_latest=period == latest,
            clear_running=clear_running,
            interval=interval,
        )
        period = period.moved(1)


def values_before(
    rule: Rule, figures: Mapping[Key, Figures], segment: Segment, period: Period
) -> list[float | None]:
    """Return the metric in the periods that the rule looks back on, the newest first."""
    found = []
    for _ in range(periods_needed(rule)):
        period = period.before
        row = figures.get((segment, period))
        found.append(row.values[rule.metric] if row else None)
    return found


def _interval(rule: Rule, row: Figures | None, value: float | None) -> tuple[float, float] | None:
    if row is None or value is None or trials_column(rule.subject) is None:
        return None
    return wilson(value, row.trials or 0)


def _is_certain(rule: Rule, line: float | None, interval: tuple[float, float] | None) -> bool:
    """Whether the whole interval lies beyond the line."""
    if line is None or interval is None:
        return False
    return interval[1] < line if rule.when in FALLS_WHEN_BAD else interval[0] > line


def _crossed(
    rule: Rule, row: Figures | None, value: float | None, line: float | None, period: Period
) -> tuple[bool | None, str]:
    """Return whether the line is crossed in this period alone, and that in words."""
    unit, label = rule.subject.unit, rule.subject.label
    if row is None:
        return None, f"the marts have no row for {period}"
    if value is None:
        return None, f"{label} has no value in {period}"
    if line is None:
        return None, f"{against(rule, str(period.before))} has no value to compare with"
    if (row.sample or 0) < rule.min_sample:
        return (
            None,
            f"only {counted(row.sample or 0, _counted_are(rule))}, fewer than the {rule.min_sample} the rule asks for",
        )
    compared = {
        "above": value > line,
        "at_least": value >= line,
        "below": value < line,
        "at_most": value <= line,
        "falling": value < line,
        "rising": value > line,
    }
    left, right = written(value, unit), written(line, unit)
    if isinstance(rule.line, str):
        left, right = f"{left} {label}", f"{right} {WATCHED[rule.line].label}"
    elif not isinstance(rule.line, int | float):
        right = (
            f"{right} in {period.before}"
            if rule.line is None
            else f"{right}, {against(rule, str(period.before))}"
        )
    return compared[rule.when], f"{left} against {right}"


def _counted_are(rule: Rule) -> str:
    """Return what the sample of a rule is made of, in the singular: customers, buyers, tickets, ratings."""
    column = rule.subject.sample_column
    for word in ("buyer", "ticket", "rating"):
        if word in column:
            return word
    return "customer"


def _all_of_the_last(history: Sequence[bool | None], periods: int) -> bool | None:
    """Three-valued "and" over the last periods: one clear settles it, else one unknown does."""
    asked = list(history[-periods:])
    if False in asked:
        return False
    if None in asked or len(asked) < periods:
        return None
    return True


def _is_beyond(rule: Rule, value: float | None) -> bool:
    """Whether a clear value is also on the good side of ``resolve_line``, so that it ends an incident."""
    if rule.resolve_line is None or value is None:
        return True
    is_low_when_bad = rule.when in FALLS_WHEN_BAD
    return value >= rule.resolve_line if is_low_when_bad else value <= rule.resolve_line


def _running(history: Sequence[bool | None]) -> int:
    count = 0
    for crossed in reversed(history):
        if not crossed:
            break
        count += 1
    return count
