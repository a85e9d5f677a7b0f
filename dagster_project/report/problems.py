"""What is wrong: red lines, incidents, stale sources, restated numbers, findings of the reconciliation."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from dagster_project.metrics import CATALOGUE
from dagster_project.plural import counted
from dagster_project.report.replayed import Replayed, read_replayed
from dagster_project.report.wording import exact, label_of, period_label, spoken, unit_of

HISTORY_SHOWN = 36
RESTATEMENTS_SHOWN = 12
_ORDER = {"crossed": 0, "unknown": 1, "clear": 2}


@dataclass(frozen=True)
class RedLinePeriod:
    """One cell of a red line's history."""

    label: str
    breached: bool | None
    detail: str


@dataclass(frozen=True)
class RedLine:
    """A red line in one segment, with its history up to the newest complete period."""

    rule: str
    sentence: str
    segment: str
    severity: str
    metric: str
    line: float | None
    history: tuple[RedLinePeriod, ...]

    @property
    def now(self) -> RedLinePeriod:
        """The newest complete period."""
        return self.history[-1]

    @property
    def state(self) -> str:
        """``crossed``, ``clear`` or ``unknown``."""
        if self.now.breached is None:
            return "unknown"
        return "crossed" if self.now.breached else "clear"

    @property
    def crossed_in(self) -> int:
        """Periods in which it was crossed, the newest included."""
        return sum(period.breached is True for period in self.history)


@dataclass(frozen=True)
class Incident:
    """An incident that is not resolved."""

    incident_id: str
    state: str
    severity: str
    since: str
    periods: int | None
    detail: str


@dataclass(frozen=True)
class Source:
    """How far the exports of a source go.

    :ivar is_behind: less far than the publication: what rests on it closes no period after that day.
    """

    name: str
    covered_until: str
    newest_file: str
    is_stale: bool
    is_behind: bool = False


@dataclass(frozen=True)
class Restated:
    """A headline number that this publication states otherwise than an earlier one."""

    label: str
    period: str
    before: str
    after: str


@dataclass(frozen=True)
class Finding:
    """What does not agree with the vendor's own totals, in words."""

    status: str
    text: str
    what_to_do: str

    @property
    def is_warning(self) -> bool:
        """Whether more differs than is tolerated."""
        return self.status in ("warned", "refused")


@dataclass(frozen=True)
class Problems:
    """Everything that may be wrong.

    :ivar restated_in_all: how many numbers the publication restates; ``restated`` are the first of them.
    """

    red_lines: tuple[RedLine, ...] = ()
    incidents: tuple[Incident, ...] = ()
    sources: tuple[Source, ...] = ()
    restated: tuple[Restated, ...] = ()
    restated_in_all: int = 0
    findings: tuple[Finding, ...] = ()
    replayed: tuple[Replayed, ...] = ()

    @property
    def shown_red_lines(self) -> list[RedLine]:
        """The whole business always, a segment only while its line is crossed; what is crossed first."""
        shown = [
            line for line in self.red_lines if line.segment == "all" or line.state == "crossed"
        ]
        return sorted(shown, key=lambda line: (_ORDER[line.state], line.segment != "all"))

    def in_state(self, state: str) -> list[RedLine]:
        """Return the red lines in a state."""
        return [line for line in self.red_lines if line.state == state]

    def verdict(self) -> tuple[str, bool]:
        """Return one sentence for the head of the page, and whether all is well."""
        parts = list(self._troubles())
        if parts:
            return "; ".join(parts) + ".", False
        held = counted(len(self.in_state("clear")), "red line")
        return (f"Nothing is wrong: {held} held." if self.red_lines else "Nothing is wrong."), True

    def _troubles(self) -> Iterator[str]:
        crossed, unknown = self.in_state("crossed"), self.in_state("unknown")
        if crossed:
            yield f"{counted(len(crossed), 'red line is', 'red lines are')} crossed"
        if unknown:
            yield f"{counted(len(unknown), 'red line is', 'red lines are')} unknown"
        stale = [source.name for source in self.sources if source.is_stale]
        if stale:
            yield f"{' and '.join(stale)} {'is' if len(stale) == 1 else 'are'} stale"
        if self.restated_in_all:
            yield f"{counted(self.restated_in_all, 'number was', 'numbers were')} restated"
        broken = [finding for finding in self.findings if finding.is_warning]
        if broken:
            yield f"{counted(len(broken), 'total does', 'totals do')} not agree with the vendor"

    def churn_line(self) -> float | None:
        """Where the chart of churn draws its line: the number that a rule on churn is held against."""
        for line in self.red_lines:
            if line.metric == "churn_rate" and line.segment == "all" and line.line is not None:
                return line.line
        return None


def read_problems(
    con: duckdb.DuckDBPyConnection, tables: frozenset[str], publication_id: str
) -> Problems:
    """Read what may be wrong from the publication that is open."""
    restated = _restated(con, publication_id) if "restatements" in tables else []
    return Problems(
        red_lines=_red_lines(con) if "red_line_status" in tables else (),
        incidents=_incidents(con) if "alert_incidents" in tables else (),
        sources=_sources(con) if "source_coverage" in tables else (),
        restated=tuple(restated[:RESTATEMENTS_SHOWN]),
        restated_in_all=len(restated),
        findings=_findings(con) if "mart_reconciliation" in tables else (),
        replayed=read_replayed(con, tables),
    )


def _red_lines(con: duckdb.DuckDBPyConnection) -> tuple[RedLine, ...]:
    rows = con.execute(
        """
        select
            rule, any_value(sentence), segment, any_value(severity), any_value(metric),
            max_by(line, period)::double, any_value(grain),
            list({'start': period, 'breached': breached, 'detail': detail} order by period)
        from (select *, row_number() over () as place from red_line_status)
        group by rule, segment
        order by min(place)
        """
    ).fetchall()
    return tuple(
        RedLine(
            *(rule, sentence, segment, severity, metric, line),
            tuple(
                RedLinePeriod(period_label(cell["start"], grain), cell["breached"], cell["detail"])
                for cell in history[-HISTORY_SHOWN:]
            ),
        )
        for rule, sentence, segment, severity, metric, line, grain, history in rows
    )


def _incidents(con: duckdb.DuckDBPyConnection) -> tuple[Incident, ...]:
    rows = con.execute(
        """
        select incident_id, state, severity, strftime(since, '%Y-%m'), periods, detail
        from alert_incidents
        where state <> 'resolved'
        order by severity, opened_at, incident_id
        """
    ).fetchall()
    return tuple(Incident(*row) for row in rows)


def _sources(con: duckdb.DuckDBPyConnection) -> tuple[Source, ...]:
    rows = con.execute(
        "select source, covered_until::varchar, newest_file, is_stale, "
        "covered_until < (select until from publication) from source_coverage order by source"
    ).fetchall()
    return tuple(
        Source(name, until or "", newest or "", bool(stale), is_behind=bool(behind))
        for name, until, newest, stale, behind in rows
    )


def _restated(con: duckdb.DuckDBPyConnection, publication_id: str) -> list[Restated]:
    rows = con.execute(
        """
        select metric, grain, period_start, value_before, value_after
        from restatements
        where publication_id::varchar = ? and dimension = 'all'
        order by abs(relative_change) desc nulls first, metric, period_start
        """,
        [publication_id],
    ).fetchall()
    return [
        Restated(
            label_of(metric, grain),
            spoken(period_label(start, grain)),
            exact(before, unit_of(metric)),
            exact(after, unit_of(metric)),
        )
        for metric, grain, start, before, after in rows
        if metric in CATALOGUE
    ]


def _findings(con: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    rows = con.execute(
        """
        select status, rows_differing, rows_checked, unit, finding, what_to_do
        from mart_reconciliation
        where rows_differing > 0
        order by status = 'tolerated', guard
        """
    ).fetchall()
    return tuple(
        Finding(status, f"{differing:,} of {checked:,} {unit} {finding}", what_to_do)
        for status, differing, checked, unit, finding, what_to_do in rows
    )
