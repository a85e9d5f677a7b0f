"""How far each source goes, written into a publication and read again: what its numbers cannot know yet.

What the loaded exports cover is found out in ``exports.coverage``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from dagster_project.plural import counted
from dagster_project.warehouse.attachment import attached
from dagster_project.warehouse.introspection import has_table

_TABLE = "source_coverage"


@dataclass(frozen=True)
class SourceCoverage:
    """How far one source goes.

    :param covered_until: the last whole day that its newest export can speak of; None before the first export.
    :param exported_at: the instant from which on that export says nothing.
    :param newest_file: the export that goes furthest.
    :param newest_record_at: when the newest of its records happened.
    """

    source: str
    covered_until: date | None = None
    exported_at: datetime | None = None
    newest_file: str | None = None
    newest_record_at: datetime | None = None


@dataclass(frozen=True)
class StaleSource:
    """A source whose newest export is older than its ``max_age``."""

    source: str
    covered_until: date
    age: timedelta
    max_age: timedelta
    newest_file: str

    @property
    def detail(self) -> str:
        """That in words."""
        return (
            f"the newest {self.source} export speaks of the time until {self.covered_until} ({self.newest_file}); "
            f"{counted(self.age.days, 'day')} ago, sources.{self.source}.max_age is "
            f"{self.max_age / timedelta(days=1):g} days"
        )


@dataclass(frozen=True)
class Coverage:
    """What is covered.

    :param until: the last day covered by what is published.
    :param is_finished: whether the settings name that day: a finished data set, which no export can be late for.
    :param sources: every source that the settings name, in the order in which they are read.
    :param stale: those whose newest export is too old; none of a finished data set is.
    """

    until: date
    is_finished: bool
    sources: tuple[SourceCoverage, ...]
    stale: tuple[StaleSource, ...] = ()

    @property
    def behind(self) -> dict[str, date]:
        """The last day covered of each source that goes less far than what is published."""
        if self.is_finished:
            return {}
        return {
            one.source: one.covered_until
            for one in self.sources
            if one.covered_until is not None and one.covered_until < self.until
        }

    def covered(self, source: str) -> date:
        """Return the last day covered of a source: none that is not published; of a finished data set its last."""
        return self.behind.get(source, self.until)


@dataclass(frozen=True)
class PublishedSource:
    """How far a source went when it was published.

    :ivar covered_until: None before its first export.
    """

    source: str
    covered_until: date | None
    is_stale: bool


def read_published(con: duckdb.DuckDBPyConnection, database: str = "") -> list[PublishedSource]:
    """Return the sources of a publication, in the order of their names; none of one that an earlier version made.

    :param database: the quoted name under which it is attached; empty where it is the open one.
    """
    of = f"{database}.main.{_TABLE}" if database else _TABLE
    rows = con.execute(
        f"select source, covered_until, is_stale from {of} order by source"  # noqa: S608 - a quoted name
    ).fetchall()
    return [PublishedSource(*row) for row in rows]


def changed_since(
    con: duckdb.DuckDBPyConnection,
    file: Path,
    until: date,
    coverage: Coverage,
) -> Iterator[str]:
    """Yield what is another than a publication says of its sources; nothing where an earlier version made it.

    :param file: the publication.
    :param until: the last day that it covers.
    """
    with attached(con, file, "last_published") as database:
        if not has_table(con, "main", _TABLE, database="last_published"):
            return
        was = {one.source: one for one in read_published(con, database)}
    late = {one.source for one in coverage.stale}
    for now in coverage.sources:
        before = was.get(now.source)
        if before is None:
            continue
        covered = coverage.covered(now.source)
        covered_then = min(before.covered_until or until, until)
        if covered != covered_then and not coverage.is_finished:
            yield f"{now.source} is covered until {covered}, no longer {covered_then}"
        if before.is_stale != (now.source in late):
            yield f"{now.source} is {'stale' if now.source in late else 'no longer stale'}"


def write_coverage(
    con: duckdb.DuckDBPyConnection,
    database: str,
    coverage: Coverage,
) -> None:
    """Create ``source_coverage`` in ``database`` (a quoted, attached name), a row per source of the settings."""
    con.execute(
        f"create table {database}.main.source_coverage (source varchar, covered_until date, "
        "exported_at timestamptz, newest_file varchar, newest_record_at timestamptz, is_stale boolean)"
    )
    late = {one.source for one in coverage.stale}
    con.executemany(
        f"insert into {database}.main.source_coverage values (?, ?, ?, ?, ?, ?)",  # noqa: S608 - a quoted name
        [
            [
                one.source,
                coverage.covered(one.source) if one.covered_until is not None else None,
                one.exported_at,
                one.newest_file,
                one.newest_record_at,
                one.source in late,
            ]
            for one in coverage.sources
        ],
    )
