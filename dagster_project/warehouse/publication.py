"""Publications: immutable, numbered files of marts, one of which readers see as ``marts.duckdb``.

Publishing copies the marts into a file of their own, completes and closes it, and renames it into
place; see ``publication_ledger`` for what follows and why a crash anywhere does no harm. Whoever
calls holds the warehouse lock and no connection. What is published is the caller's business:
validation comes before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.clock import Clock
from dagster_project.config import Settings
from dagster_project.errors import EbblineError
from dagster_project.warehouse import metric_versions, publication_ledger
from dagster_project.warehouse.attachment import attached
from dagster_project.warehouse.code_version import PROJECT, CodeVersion, code_version
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.durable_file import put_in_place
from dagster_project.warehouse.hold import hold as hold_at
from dagster_project.warehouse.hold import release
from dagster_project.warehouse.input_state import read_input_state
from dagster_project.warehouse.introspection import has_table, tables_of
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication_history import write_publication_history
from dagster_project.warehouse.publication_ledger import PublicationEvent
from dagster_project.warehouse.publication_record import (
    Publication,
    file_name,
    input_files,
    published_settings,
    read_publication,
    write_publication,
)
from dagster_project.warehouse.published_comments import (
    OWN_TABLES,
    Described,
    model_descriptions,
    write_comments,
)
from dagster_project.warehouse.published_coverage import Coverage, changed_since, write_coverage
from dagster_project.warehouse.quoting import quote_identifier
from dagster_project.warehouse.ready_views import create_ready_views

# Written by this package into every publication; a mart of the same name would be overwritten
# silently.
_OWN_TABLES = ("publication", "publication_history", "metric_versions", "source_coverage")
# Published beside the marts, because `why` and readers want to know a customer's plan on a day.
_ALSO_PUBLISHED = {"customer_plan_days": ("intermediate", "int_customer_plan_days")}
# Settings that change no number but what is seen, and by whom; what they were before there was such a setting.
_SHOWS = {"personal_data": True, "file_mode": "0444"}


@dataclass(frozen=True)
class ListedPublication:
    """A kept publication; ``is_current`` where readers see it."""

    publication: Publication
    is_current: bool
    size_bytes: int


@dataclass(frozen=True)
class PendingChange:
    """Why a new publication is due. No reason: the last one stands.

    :ivar reasons: one sentence each.
    :ivar last: the publication that readers see.
    """

    reasons: tuple[str, ...]
    last: Publication | None

    def __bool__(self) -> bool:
        return bool(self.reasons)


def publish(
    paths: WarehousePaths,
    *,
    settings: Settings,
    clock: Clock,
    coverage: Coverage,
    validation_summary: Mapping[str, Any],
    keep: int | None = None,
    project: Path = PROJECT,
) -> Publication:
    """Publish schema ``marts`` of the working database and show it to readers.

    :param coverage: what the loaded exports cover.
    :param validation_summary: JSON values about the validation this state passed; carried along.
    :param keep: how many publications to keep; default ``settings.publish.keep``.
    :param project: the folder of the code that made the marts.
    :returns: the publication, in place and recorded.
    :raises EbblineError: there is nothing to publish.
    """
    with open_warehouse(paths) as con:
        publication_ledger.recover(con, paths)
        publication = _describe(
            con,
            settings=settings,
            clock=clock,
            until=coverage.until,
            validation=validation_summary,
            code=code_version(project),
        )
        unfinished = paths.publications / f"{publication.file_name}.tmp"
        _write(
            con,
            unfinished,
            publication,
            project,
            personal_data=settings.publish.personal_data,
            coverage=coverage,
        )
        put_in_place(
            unfinished, paths.publications / publication.file_name, mode=settings.publish.mode()
        )
        publication_ledger.recover(con, paths)
        publication_ledger.prune(con, paths, settings.publish.keep if keep is None else keep)
    return publication


def pending_change(
    con: duckdb.DuckDBPyConnection,
    *,
    settings: Settings,
    coverage: Coverage,
    project: Path = PROJECT,
) -> PendingChange:
    """Return why the marts must be built and published anew; call it when everything is loaded.

    The same inputs, settings, code, last day covered and as-of day give the same numbers, so the
    last publication stands. After a rollback the next run publishes anew. Finishes what a crash
    of an earlier run cut short.

    :param con: the working database of ``settings.warehouse``, open for writing.
    :param coverage: what the loaded exports cover.
    :param project: the folder of the code that makes the marts.
    """
    paths = WarehousePaths(settings.warehouse)
    publication_ledger.recover(con, paths)
    event = publication_ledger.last_event(con)
    if event is None:
        return PendingChange(("nothing has been published yet",), None)
    last = publication_ledger.recorded_publication(con, event.publication_id)
    assert last is not None, "every event names a recorded publication"
    state = read_input_state(con, settings.as_of_at())
    reasons = []
    if event.event == "rolled_back":
        reasons.append(f"readers were taken back to publication {last.id}")
    if not (paths.publications / last.file_name).exists():
        reasons.append(f"the file of publication {last.id} is gone")
    if state.fingerprint != last.input_fingerprint:
        reasons.append("what is loaded has changed")
    if settings.fingerprint() != last.settings_fingerprint:
        reasons.append("settings that change numbers have changed")
    if code_version(project).fingerprint != last.code_version:
        reasons.append("models, macros, mappings, rules or suites have changed")
    if coverage.until != last.until:
        reasons.append(f"the last day covered is {coverage.until}, no longer {last.until}")
    elif (file := paths.publications / last.file_name).exists():
        try:
            reasons += changed_since(con, file, last.until, coverage)
        except EbblineError:
            reasons.append(f"the file of publication {last.id} cannot be read")
    shown = {
        name: value
        for name, value in settings.publish.model_dump().items()
        if name in _SHOWS and value != last.settings["publish"].get(name, _SHOWS[name])
    }
    reasons += [f"publish.{name} is now {value}" for name, value in shown.items()]
    if settings.as_of != last.as_of:
        reasons.append(f"as of {settings.as_of or 'now'}, no longer {last.as_of or 'now'}")
    return PendingChange(tuple(reasons), last)


def current_publication(paths: WarehousePaths) -> Publication | None:
    """Return the publication that readers see; None before the first. Needs no lock."""
    return read_publication(paths.marts_db) if paths.marts_db.exists() else None


def list_publications(paths: WarehousePaths) -> list[ListedPublication]:
    """Return the kept publications, newest first. Needs no lock: the files speak for themselves."""
    current = current_publication(paths)
    return [
        ListedPublication(
            publication=read_publication(file),
            is_current=current is not None and current.id == publication_id,
            size_bytes=file.stat().st_size,
        )
        for publication_id, file in sorted(paths.publication_files().items(), reverse=True)
    ]


def rollback(
    paths: WarehousePaths, publication_id: int, *, clock: Clock, hold: bool = False
) -> Publication:
    """Show readers a kept publication again, also where ``marts.duckdb`` was deleted. Recorded; the
    next run publishes anew, and ends a hold at another.

    :param hold: whether readers keep it, whatever is published meanwhile, until they are released.
    :raises EbblineError: there is no such publication, or its file was removed.
    """
    with open_warehouse(paths) as con:
        publication_ledger.recover(con, paths)
        publication = publication_ledger.recorded_publication(con, publication_id)
        kept = paths.publication_files()
        if publication is None or publication_id not in kept:
            raise EbblineError(
                f"publication {publication_id} was never made"
                if publication is None
                else f"publication {publication_id} is no longer kept",
                where=str(paths.publications),
                evidence=[f"kept: {kept_id}" for kept_id in sorted(kept, reverse=True)],
                fix="choose one that is kept; `ebbline publications` lists them",
            )
        release(paths)
        if publication_ledger.current_id(con, paths) != publication_id:
            event = PublicationEvent("rolled_back", publication_id, clock.now())
            publication_ledger.record_event(con, event)
        if hold:
            hold_at(paths, publication_id)
        publication_ledger.recover(con, paths)
    return publication


def release_readers(paths: WarehousePaths) -> tuple[int | None, Publication | None]:
    """End a hold: readers see what was published last, or were taken back to, without it.

    :returns: the publication that they were held at, None where they were not; and the one that they see now.
    """
    with open_warehouse(paths) as con:
        was = release(paths)
        publication_ledger.recover(con, paths)
    return was, current_publication(paths)


def publication_file(paths: WarehousePaths, publication_id: int) -> Path:
    """Return the file of a kept publication.

    :raises EbblineError: it is not kept.
    """
    file = paths.publications / file_name(publication_id)
    if not file.exists():
        raise EbblineError(
            f"publication {publication_id} is not kept",
            where=str(file),
            fix="`ebbline publications` lists those that are; publish.keep says how many",
        )
    return file


def _describe(
    con: duckdb.DuckDBPyConnection,
    *,
    settings: Settings,
    clock: Clock,
    until: date,
    validation: Mapping[str, Any],
    code: CodeVersion,
) -> Publication:
    """Return what the publication to come says about itself."""
    state = read_input_state(con, settings.as_of_at())
    counts = {name: _count(con, *source) for name, source in _published_tables(con).items()}
    if not counts:
        raise EbblineError(
            "there are no marts to publish", where="schema marts", fix="run dbt build first"
        )
    return Publication(
        id=publication_ledger.next_id(con),
        built_at=clock.now(),
        as_of=settings.as_of,
        until=until,
        settings=published_settings(settings),
        settings_fingerprint=settings.fingerprint(),
        input_files=input_files(state),
        input_fingerprint=state.fingerprint,
        highest_load_id=state.highest_load_id,
        code_version=code.fingerprint,
        code_files=code.files,
        row_counts=counts,
        validation=dict(validation),
    )


def _write(
    con: duckdb.DuckDBPyConnection,
    file: Path,
    publication: Publication,
    project: Path,
    *,
    personal_data: bool,
    coverage: Coverage,
) -> None:
    """Write a complete publication to ``file`` and close it; views become tables."""
    models = model_descriptions(project)
    with attached(con, file, "unfinished", read_only=False) as database:
        for table, (schema, source) in _published_tables(con).items():
            described = models.get(source, Described(""))
            hidden = () if personal_data else sorted(described.personal)
            con.execute(
                f"create table {database}.main.{quote_identifier(table)} as "  # noqa: S608
                f"select *{_emptied(hidden)} from {schema}.{quote_identifier(source)}"
            )
            write_comments(con, ("unfinished", "main", table), described)
        write_publication(con, database, publication)
        write_coverage(con, database, coverage)
        write_publication_history(con, database)
        metric_versions.write_versions(
            con,
            database,
            publication_id=publication.id,
            new_versions=publication.as_of is None and "metrics" in publication.row_counts,
        )
        for table, described in OWN_TABLES.items():
            if has_table(con, "main", table, database="unfinished"):
                write_comments(con, ("unfinished", "main", table), described)
        create_ready_views(con, "unfinished")
        con.execute(f"checkpoint {database}")


def _emptied(columns: Iterable[str]) -> str:
    """Return SQL after ``select *`` that leaves columns where they are, of their type, without a value."""
    replaced = ", ".join(
        f"nullif({name}, {name}) as {name}" for name in map(quote_identifier, columns)
    )
    return f" replace ({replaced})" if replaced else ""


def _published_tables(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    """Return what is published, by name, as schema and table or view of the working database.

    All of schema ``marts``, but not what dbt left half-done.
    """
    marts = {
        name: ("marts", name)
        for name in tables_of(con, "marts")
        if name not in _OWN_TABLES and not name.endswith(("__dbt_tmp", "__dbt_backup"))
    }
    if not marts:
        return {}
    also = {name: at for name, at in _ALSO_PUBLISHED.items() if at[1] in tables_of(con, at[0])}
    return {**marts, **also}


def _count(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    row = con.execute(f"select count(*) from {schema}.{quote_identifier(table)}").fetchone()  # noqa: S608
    return int(row[0]) if row else 0
