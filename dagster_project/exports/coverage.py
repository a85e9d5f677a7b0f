"""What the loaded exports cover: the last day each source can speak of, and the last day that is published.

What an export does not cover is not zero. Reads the ledger and the newest records of ``raw``; writes nothing.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb

from dagster_project.clock import Clock
from dagster_project.config import Settings
from dagster_project.errors import EbblineError
from dagster_project.exports.export_time import Delivered
from dagster_project.exports.ledger import first_loaded_on
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.introspection import columns_of
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.published_coverage import Coverage, SourceCoverage, StaleSource
from dagster_project.warehouse.quoting import quote_identifier

# When what a row tells of happened; a row of the future (a planned invoice) tells nothing of how far an export goes.
RECORDED_AT: dict[str, dict[str, str]] = {
    "billing": {
        "customers": "created_at",
        "invoice_lines": "issued_at",
        "orders": "ordered_at",
        "payments": "attempted_at",
    },
    "support": {"contacts": "contacted_at", "ratings": "rated_at", "tickets": "created_at"},
    "usage": {"events": "occurred_at", "sessions": "started_at"},
}


def read_coverage(con: duckdb.DuckDBPyConnection, settings: Settings, clock: Clock) -> Coverage:
    """Return what is covered, as known now or at the end of ``settings.as_of``.

    :param con: the working database.
    """
    sources = tuple(
        read_source_coverage(con, source, settings, clock) for source in settings.sources.named()
    )
    billing = next(source for source in sources if source.source == "billing")
    until, is_finished = settings.until_on(clock), _is_finished(settings)
    if not is_finished and billing.covered_until is not None:
        until = min(until, billing.covered_until)
    stale = (stale_source(source, settings, clock) for source in sources)
    return Coverage(until, is_finished, sources, tuple(one for one in stale if one is not None))


def coverage_of(paths: WarehousePaths, settings: Settings, clock: Clock) -> Coverage:
    """Return what a working database covers that nobody has open."""
    with open_warehouse(paths) as con:
        return read_coverage(con, settings, clock)


def covered_until(con: duckdb.DuckDBPyConnection, settings: Settings, clock: Clock) -> date:
    """Return the last day covered: ``calendar.until`` where that is a date, otherwise the earlier of yesterday and
    the last day that the newest billing export can speak of.
    """
    if isinstance(settings.calendar.until, date):
        return settings.calendar.until
    return read_coverage(con, settings, clock).until


def refuse_unknown_past(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Refuse to rebuild what was known on a day before anything was loaded.

    :raises EbblineError: names the first day of which something is known.
    """
    first_on = first_loaded_on(con, settings.calendar.timezone)
    if settings.as_of is None or first_on is None or settings.as_of >= first_on:
        return
    raise EbblineError(
        f"nothing was known on {settings.as_of}: the first export was loaded on {first_on}",
        fix=f"ask for {first_on} or a later day, or, of what is known now, for the numbers up to that day:"
        f" `ebbline run --until {settings.as_of}`",
    )


def _is_finished(settings: Settings) -> bool:
    """Whether the settings name the last day: a finished data set, which no export can be late for."""
    return isinstance(settings.calendar.until, date)


def stale_source(source: SourceCoverage, settings: Settings, clock: Clock) -> StaleSource | None:
    """Return that a source's newest export is too old; None where it is not, or the data set is finished."""
    if settings.as_of is not None or _is_finished(settings):
        return None
    if source.exported_at is None or source.covered_until is None:
        return None
    max_age = settings.sources.named()[source.source].max_age
    if max_age is None:
        return None
    age = clock.now() - source.exported_at
    if age <= max_age:
        return None
    return StaleSource(source.source, source.covered_until, age, max_age, source.newest_file or "")


def read_source_coverage(
    con: duckdb.DuckDBPyConnection, source: str, settings: Settings, clock: Clock
) -> SourceCoverage:
    """Return how far one source goes, as known now or at the end of ``settings.as_of``."""
    known_at = min(settings.as_of_at() or clock.now(), clock.now())
    zone = settings.calendar.timezone
    newest_record = _newest_record(con, source, known_at)
    reaching = [
        (one.speaks_until(zone), one.exported_at(zone), one.file_name)
        for one in _delivered(con, source, known_at)
    ]
    if not reaching:
        return SourceCoverage(source, newest_record_at=newest_record)
    covered, exported_at, file_name = max(reaching)
    if newest_record is not None and newest_record > exported_at:
        # A copied file keeps an old time of change; no export holds what happened after it was made.
        recorded_on = newest_record.astimezone(ZoneInfo(zone)).date()
        covered, exported_at = max(covered, recorded_on - timedelta(days=1)), newest_record
    return SourceCoverage(source, covered, exported_at, file_name, newest_record)


def _delivered(con: duckdb.DuckDBPyConnection, source: str, known_at: datetime) -> list[Delivered]:
    """Return every accepted file of a source in the state in which it was last met."""
    if not has_raw_columns(con, "loads", ("source", "file_name", "outcome", "started_at")):
        return []
    # A ledger that an earlier version made knows no sightings: the file was there when it was loaded.
    sightings = (
        "select source, file_name, modified_at, seen_at from raw.sightings"
        if has_raw_columns(con, "sightings", ("modified_at",))
        else "select null as source, null as file_name, null as modified_at, null as seen_at where false"
    )
    rows = con.execute(
        f"""
        with sightings as ({sightings}),
        files as (
            select source, file_name, max(started_at) as loaded_at from raw.loads
            where source = $source and outcome <> 'refused' and started_at <= $known_at
            group by source, file_name
        ),
        states as (
            select file_name, modified_at, seen_at from sightings
            where source = $source and seen_at <= $known_at
            qualify row_number() over (partition by file_name order by seen_at desc) = 1
        )
        select file_name, modified_at, coalesce(seen_at, loaded_at)
        from files left join states using (file_name)
        """,
        {"source": source, "known_at": known_at},
    ).fetchall()
    return [Delivered(*row) for row in rows]


def _newest_record(
    con: duckdb.DuckDBPyConnection, source: str, known_at: datetime
) -> datetime | None:
    found = []
    for table, column in RECORDED_AT[source].items():
        if not has_raw_columns(con, table, (column, "_loaded_at")):
            continue
        row = con.execute(
            f"select max({quote_identifier(column)}) from raw.{quote_identifier(table)} "
            f"where {quote_identifier(column)} <= $known_at and _loaded_at <= $known_at",
            {"known_at": known_at},
        ).fetchone()
        if row is not None and isinstance(row[0], datetime):
            found.append(row[0])
    return max(found, default=None)


def has_raw_columns(con: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...]) -> bool:
    """Whether a table of ``raw`` has all these columns."""
    return set(columns) <= set(columns_of(con, "raw", table))
