"""How red lines would have behaved by what was known then: every publication judged with the figures that it stated.

``metric_versions`` holds every value that was ever published, ``publication_history`` when, up to which day, and when
the exports had been read. Figures that are no metric (support, health, risk and use) have no versions. Reads only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from dagster_project.exports.contract import SOURCES
from dagster_project.metrics import CATALOGUE
from dagster_project.period import Period
from dagster_project.red_lines.evaluation import (
    Figures,
    Key,
    RedLineStatus,
    Segment,
    judge_figures,
)
from dagster_project.red_lines.intervals import trials_column
from dagster_project.red_lines.replayed_incidents import Moment, ReplayedLine, line_of_moments
from dagster_project.red_lines.rules import Rule
from dagster_project.red_lines.staleness import LastReads, staleness
from dagster_project.warehouse.introspection import has_table


@dataclass(frozen=True)
class Stated:
    """A publication: when it was made, how far it went, and how fresh its exports were."""

    publication_id: int
    published_at: datetime
    until: date
    reads: LastReads


@dataclass(frozen=True)
class PublishedReplay:
    """A replay of what was published at the time.

    :param publications: how many were judged.
    :param first: when the first of them was made.
    :param lines: by rule, then segment.
    :param without_history: rules whose figures have no versions.
    """

    publications: int
    first: datetime
    lines: tuple[ReplayedLine, ...]
    without_history: tuple[str, ...]


def replay_as_published(
    con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], *, since: date | None = None
) -> PublishedReplay | None:
    """Judge every publication as the run that made it did; None where the publication carries no history.

    :param con: what readers see, as ``open_published`` opens it.
    :param since: publications made before this day are history.
    """
    if not all(
        has_table(con, "marts", name) for name in ("publication_history", "metric_versions")
    ):
        return None
    publications = _publications(con)
    if not publications:
        return None
    lines: list[ReplayedLine] = []
    without = []
    for rule in rules:
        if set(_columns(rule)) <= CATALOGUE.keys():
            lines += _replayed(con, rule, publications, since)
        else:
            without.append(rule.name)
    return PublishedReplay(
        len(publications), publications[0].published_at, tuple(lines), tuple(without)
    )


def _columns(rule: Rule) -> tuple[str, ...]:
    """Return the metrics that a rule is judged by."""
    metric = rule.subject
    line = [rule.line] if isinstance(rule.line, str) else []
    trials = trials_column(metric) or metric.sample_column
    return tuple(dict.fromkeys((rule.metric, *line, metric.sample_column, trials)))


def _publications(con: duckdb.DuckDBPyConnection) -> list[Stated]:
    rows = con.execute(
        "select publication_id, published_at, until, billing_read_at, support_read_at, usage_read_at "
        "from marts.publication_history order by publication_id"
    ).fetchall()
    return [
        Stated(
            number,
            at,
            until,
            LastReads(
                {
                    source: read.astimezone(UTC).date()
                    for source, read in zip(SOURCES, reads, strict=True)
                    if read is not None
                },
                at.astimezone(UTC).date(),
            ),
        )
        for number, at, until, *reads in rows
    ]


def _replayed(
    con: duckdb.DuckDBPyConnection,
    rule: Rule,
    publications: Sequence[Stated],
    since: date | None,
) -> list[ReplayedLine]:
    by_segment: dict[Segment, list[Moment]] = {}
    for stated, statuses in _judged(con, rule, publications):
        if since is not None and stated.published_at.astimezone(UTC).date() < since:
            continue
        history: dict[Segment, list[RedLineStatus]] = {}
        for status in statuses:
            history.setdefault(status.segment, []).append(status)
        for segment, of_it in history.items():
            latest = of_it[-1]
            if latest.is_latest:
                run = tuple(of_it[len(of_it) - latest.running :])
                by_segment.setdefault(segment, []).append(Moment(latest, run, stated.published_at))
    return [
        line_of_moments(rule, segment, moments, _last_words(moments))
        for segment, moments in by_segment.items()
    ]


def _last_words(moments: Sequence[Moment]) -> tuple[RedLineStatus, ...]:
    """Return what was last said of each period while it was the newest, oldest first."""
    said = {moment.status.period: moment.status for moment in moments}
    return tuple(said[period] for period in sorted(said, key=lambda period: period.start))


def _judged(
    con: duckdb.DuckDBPyConnection, rule: Rule, publications: Sequence[Stated]
) -> Iterator[tuple[Stated, tuple[RedLineStatus, ...]]]:
    """Yield each publication with the statuses that follow from what it and those before it stated."""
    changes: dict[int, list[tuple[Key, str, float | None]]] = {}
    rows = con.execute(
        "select publication_id, dimension, member, period_start, metric, value, withdrawn "
        "from marts.metric_versions "
        "where grain = ? and list_contains(?, metric) and list_contains(?, dimension)",
        [rule.grain, list(_columns(rule)), list(rule.segments)],
    ).fetchall()
    for number, dimension, member, start, metric, value, withdrawn in rows:
        key = Segment(dimension, member), Period(rule.grain, start)
        changes.setdefault(number, []).append((key, metric, None if withdrawn else value))
    known: dict[Key, dict[str, float | None]] = {}
    before: tuple[object, tuple[RedLineStatus, ...]] = (None, ())
    for stated in publications:
        changed = changes.get(stated.publication_id, [])
        for key, metric, value in changed:
            known.setdefault(key, {})[metric] = value
        # Most publications say of the past what the one before said: only what can differ is judged again.
        periods = {period for _, period in known}
        latest = Period.last_complete(rule.grain, stated.until)
        stale = frozenset(period for period in periods if staleness(rule, period, stated.reads))
        freshness = (latest, stale)
        if changed or freshness != before[0]:
            figures = {
                key: _figures(rule, values)
                for key, values in known.items()
                if key[1].end.toordinal() <= stated.until.toordinal() + 1
            }
            judged = tuple(judge_figures(rule, figures, stated.until, reads=stated.reads))
            before = (freshness, judged)
        yield stated, before[1]


def _figures(rule: Rule, values: dict[str, float | None]) -> Figures:
    metric = rule.subject
    sample, trials = (
        None if (value := values.get(column)) is None else int(value)
        for column in (metric.sample_column, trials_column(metric) or metric.sample_column)
    )
    columns = (rule.metric, *([rule.line] if isinstance(rule.line, str) else []))
    return Figures(sample, trials, {column: values.get(column) for column in columns})
