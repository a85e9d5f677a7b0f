"""The ledger ``raw.loads`` and the quarantine: what each file brought, kept for good."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import duckdb

from dagster_project.exports.load_report import FileLoad

_COLUMNS = (
    "load_id, source, file_name, table_name, format, size_bytes, content_hash, mapping_hash, "
    "rows_read, rows_loaded, rows_unchanged, rows_quarantined, rows_for_others, started_at, "
    "duration_seconds, outcome, message, remote_version, exported_at"
)


@dataclass(frozen=True)
class Entry:
    """One row of the ledger: a file x table."""

    source: str
    format: str
    size_bytes: int | None
    content_hash: str | None
    mapping_hash: str
    started_at: datetime
    duration_seconds: float
    load: FileLoad
    remote_version: str | None = None
    exported_at: datetime | None = None


def next_load_id(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the next load; numbers only grow."""
    found = con.execute("select coalesce(max(load_id), 0) + 1 from raw.loads").fetchone()
    assert found is not None
    return int(found[0])


def write(con: duckdb.DuckDBPyConnection, load_id: int, entry: Entry) -> None:
    """Add one row to the ledger."""
    load = entry.load
    con.execute(
        f"insert into raw.loads ({_COLUMNS}) values ({', '.join('?' * 19)})",
        [
            load_id,
            entry.source,
            load.file_name,
            load.table,
            entry.format,
            entry.size_bytes,
            entry.content_hash,
            entry.mapping_hash,
            load.rows_read,
            load.rows_loaded,
            load.rows_unchanged,
            load.rows_quarantined,
            load.rows_for_others,
            entry.started_at,
            entry.duration_seconds,
            load.outcome,
            load.message,
            entry.remote_version,
            entry.exported_at,
        ],
    )


def not_before(
    con: duckdb.DuckDBPyConnection, *, source: str, file_name: str, exported_at: datetime
) -> datetime:
    """Return when a file was exported, not before what lay there under its name: it took the other's place."""
    found = con.execute(
        "select max(exported_at) from raw.loads where source = $source and file_name = $file",
        {"source": source, "file": file_name},
    ).fetchone()
    earlier = found[0] if found is not None else None
    return exported_at if earlier is None else max(exported_at, earlier)


def already_loaded(
    con: duckdb.DuckDBPyConnection,
    *,
    source: str,
    file_name: str,
    mapping_hash: str,
    content_hash: str | None = None,
    remote_version: str | None = None,
) -> tuple[str, ...]:
    """Return the tables that this very content has fed under this name; empty where it must be read.

    Only the newest load of the name counts: a file that was replaced and put back is read again. A
    refused file is always read again, since the limit may have been raised. Tables that got no row of
    the file are left out, as long as another did.

    :param content_hash: what the content is known by, or None to go by ``remote_version``.
    :param remote_version: what the landing zone calls this state of the file.
    """
    found = con.execute(
        "select table_name, mapping_hash = $mapping and outcome <> 'refused' and "
        "case when $content is null then remote_version = $version else content_hash = $content end, "
        "rows_read > 0 from raw.loads where source = $source and file_name = $file "
        "qualify row_number() over (partition by table_name order by load_id desc) = 1 "
        "order by table_name",
        {
            "mapping": mapping_hash,
            "content": content_hash,
            "version": remote_version,
            "source": source,
            "file": file_name,
        },
    ).fetchall()
    if not found or not all(same for _, same, _ in found):
        return ()
    fed = tuple(table for table, _, has_rows in found if has_rows)
    return fed or (found[0][0],)


def some_file_was_loaded(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether any file has ever been loaded; a refused one has not."""
    found = con.execute("select 1 from raw.loads where outcome <> 'refused' limit 1").fetchone()
    return found is not None


def first_loaded_on(con: duckdb.DuckDBPyConnection, zone: str) -> date | None:
    """Return the day on which the first file was loaded, in a zone; None where none ever was."""
    found = con.execute(
        "select min(started_at) from raw.loads where outcome <> 'refused'"
    ).fetchone()
    instant = found[0] if found is not None else None
    return instant.astimezone(ZoneInfo(zone)).date() if isinstance(instant, datetime) else None


def remember_version(
    con: duckdb.DuckDBPyConnection, *, source: str, file_name: str, remote_version: str
) -> None:
    """Note that the content already loaded under this name is also this state of the remote file."""
    con.execute(
        "update raw.loads set remote_version = $version where load_id in (select max(load_id) "
        "from raw.loads where source = $source and file_name = $file group by table_name)",
        {"version": remote_version, "source": source, "file": file_name},
    )


def note_sighting(
    con: duckdb.DuckDBPyConnection,
    *,
    source: str,
    file_name: str,
    modified_at: datetime | None,
    seen_at: datetime,
    is_new: bool,
) -> None:
    """Note that an accepted file was delivered, also where it was delivered again without a change.

    :param modified_at: when the landing zone says that it was written; the same as last time is no delivery.
    :param is_new: whether the file brought something, so that it was delivered whatever its time says.
    """
    con.execute(
        "insert into raw.sightings select $source, $file, $modified, $seen where $new or not exists ("
        "select 1 from (select modified_at from raw.sightings where source = $source and file_name = $file "
        "order by seen_at desc limit 1) where modified_at is not distinct from $modified::timestamptz)",
        {
            "source": source,
            "file": file_name,
            "modified": modified_at,
            "seen": seen_at,
            "new": is_new,
        },
    )


def same_refusal(con: duckdb.DuckDBPyConnection, entry: Entry) -> bool:
    """Whether the newest row of this file and table already says the same."""
    found = con.execute(
        "select outcome, message, content_hash from raw.loads "
        "where source = ? and file_name = ? and table_name = ? order by load_id desc limit 1",
        [entry.source, entry.load.file_name, entry.load.table],
    ).fetchone()
    return found == (entry.load.outcome, entry.load.message, entry.content_hash)


def new_extra_columns(
    con: duckdb.DuckDBPyConnection,
    *,
    source: str,
    table_name: str,
    names: tuple[str, ...],
    load_id: int,
    file_name: str,
) -> tuple[str, ...]:
    """Remember unknown columns and return those met for the first time, so each is reported once."""
    if not names:
        return ()
    known = {
        name
        for (name,) in con.execute(
            "select column_name from raw.extra_columns where source = ? and table_name = ?",
            [source, table_name],
        ).fetchall()
    }
    fresh = tuple(name for name in dict.fromkeys(names) if name not in known)
    for name in fresh:
        con.execute(
            "insert into raw.extra_columns values (?, ?, ?, ?, ?)",
            [source, table_name, name, load_id, file_name],
        )
    return fresh
