"""The ledger of publications in ``ops``, and its repair from the files.

The rename that puts a finished file into ``publications/`` is the moment of publication. Everything
after it - the ledger row, the versions of the metrics, ``marts.duckdb``, the removal of old files -
follows from the files, is done by :func:`recover`, and is done again by the next start where a crash
cut it short. So there is one way through, taken every time, rather than a repair that only runs
after accidents.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import duckdb

from dagster_project.warehouse.durable_file import copy_in_place, fsync_folder, looks_same
from dagster_project.warehouse.hold import held
from dagster_project.warehouse.metric_versions import adopt_versions
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication_record import (
    COLUMN_LIST,
    Publication,
    file_name,
    select_publications,
)
from dagster_project.warehouse.serving import attached_publication
from dagster_project.warehouse.transaction import transaction

_UNFINISHED = re.compile(r"\d{6,}\.duckdb(\.tmp)?(\.wal)?(\.tmp)?")


@dataclass(frozen=True)
class PublicationEvent:
    """Something that changed what readers see."""

    event: Literal["published", "rolled_back"]
    publication_id: int
    happened_at: datetime


def recover(con: duckdb.DuckDBPyConnection, paths: WarehousePaths) -> None:
    """Make the ledger and ``marts.duckdb`` say what the publication files say.

    Leftovers of a killed writer go; a file the ledger does not know is recorded; ``marts.duckdb``
    becomes the current publication. Does nothing when all agree. Needs the right to write.
    """
    files = paths.publication_files()
    _remove_unfinished(paths)
    recorded = {row[0] for row in con.execute("select id from ops.publications").fetchall()}
    for publication_id in sorted(files.keys() - recorded):
        _adopt(con, files[publication_id])
    current = current_id(con, paths)
    if current is not None and current in files:
        _serve(files[current], paths)


def recorded_publications(con: duckdb.DuckDBPyConnection) -> list[Publication]:
    """Return every publication ever made, also those whose files are gone, in order of id."""
    return select_publications(con, "ops.publications")


def recorded_publication(con: duckdb.DuckDBPyConnection, publication_id: int) -> Publication | None:
    """Return one publication, or None when there never was one of this id."""
    found = select_publications(con, "ops.publications", publication_id)
    return found[0] if found else None


def current_id(con: duckdb.DuckDBPyConnection, paths: WarehousePaths) -> int | None:
    """Return the publication that readers should see: one that they are held at, else that of the newest event.

    :returns: None before the first.
    """
    event = last_event(con)
    return held(paths) or (event.publication_id if event else None)


def last_event(con: duckdb.DuckDBPyConnection) -> PublicationEvent | None:
    """Return the newest event; None before the first publication."""
    row = con.execute(
        """
        select event, publication_id, happened_at from ops.publication_events
        order by sequence desc limit 1
        """
    ).fetchone()
    return PublicationEvent(*row) if row else None


def record_event(con: duckdb.DuckDBPyConnection, event: PublicationEvent) -> None:
    """Append an event; readers see it once :func:`recover` has run."""
    con.execute(
        """
        insert into ops.publication_events
        select coalesce(max(sequence), 0) + 1, ?, ?, ? from ops.publication_events
        """,
        [event.event, event.publication_id, event.happened_at],
    )


def next_id(con: duckdb.DuckDBPyConnection) -> int:
    """Return an id greater than any ever used."""
    row = con.execute("select coalesce(max(id), 0) + 1 from ops.publications").fetchone()
    return int(row[0]) if row else 1


def prune(con: duckdb.DuckDBPyConnection, paths: WarehousePaths, keep: int) -> None:
    """Remove all but the newest ``keep`` files and the one that readers see.

    The ledger keeps its rows.
    """
    files = paths.publication_files()
    kept = {*sorted(files)[-keep:], current_id(con, paths)}
    for publication_id in files.keys() - kept:
        (paths.publications / file_name(publication_id)).unlink()
    fsync_folder(paths.publications)


def _remove_unfinished(paths: WarehousePaths) -> None:
    finished = set(paths.publication_files().values())
    for path in paths.publications.iterdir():
        if _UNFINISHED.fullmatch(path.name) and path not in finished:
            path.unlink()


def _adopt(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Record a file that was put in place before the ledger could say so."""
    with attached_publication(con, file, "adopted") as published, transaction(con):
        adopt_versions(con, published)
        con.execute(
            f"insert into ops.publications ({COLUMN_LIST}) "  # noqa: S608
            f"select {COLUMN_LIST} from {published}.marts.publication"
        )
        row = con.execute(f"select id, built_at from {published}.marts.publication").fetchone()  # noqa: S608
        assert row is not None, "a publication has one row about itself"
        record_event(con, PublicationEvent("published", row[0], row[1]))


def _serve(file: Path, paths: WarehousePaths) -> None:
    """Make ``marts.duckdb`` this publication; those who have the old one open keep it."""
    if looks_same(file, paths.marts_db):
        return
    # A log left by a program that wrote to marts.duckdb would be replayed into the new file.
    paths.marts_db.with_name(paths.marts_db.name + ".wal").unlink(missing_ok=True)
    copy_in_place(file, paths.marts_db)
