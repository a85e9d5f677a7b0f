"""What a publication says about itself: one row of its table ``publication``, and of ``ops.publications``.

The row is written into the published file and copied from there into the ledger, so both always
agree. Only the row, its columns and how it is read belong here.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.config import Settings
from dagster_project.warehouse.input_state import InputState
from dagster_project.warehouse.serving import open_marts

COLUMNS = {
    "id": "bigint not null",
    "built_at": "timestamptz not null",
    "as_of": "date",
    "until": "date not null",
    "settings": "json not null",
    "settings_fingerprint": "varchar not null",
    "input_files": "json not null",
    "input_fingerprint": "varchar not null",
    "highest_load_id": "bigint not null",
    "code_version": "varchar not null",
    "code_files": "json not null",
    "row_counts": "json not null",
    "validation": "json not null",
}
COLUMN_LIST = ", ".join(COLUMNS)
COLUMN_DEFINITIONS = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
_PLACES = ", ".join("?" for _ in COLUMNS)


@dataclass(frozen=True)
class Publication:
    """One immutable state of the marts and everything it was made from.

    :ivar id: counts up, never reused.
    :ivar built_at: when it was published, UTC.
    :ivar as_of: the day at whose end the inputs were taken; None for everything that had been
        loaded.
    :ivar until: the last day covered.
    :ivar settings: the settings in force, without secrets and without paths.
    :ivar input_files: the files that counted, each with table, content hash, size and rows loaded.
    :ivar highest_load_id: raw rows with a greater ``_load_id`` came later.
    :ivar code_files: the files of code that shape numbers, with their hashes.
    :ivar row_counts: rows per mart.
    :ivar validation: what the suites found, as given by the run.
    """

    id: int
    built_at: datetime
    as_of: date | None
    until: date
    settings: dict[str, Any]
    settings_fingerprint: str
    input_files: list[dict[str, Any]]
    input_fingerprint: str
    highest_load_id: int
    code_version: str
    code_files: dict[str, str]
    row_counts: dict[str, int]
    validation: dict[str, Any]

    @property
    def file_name(self) -> str:
        """Return its name in the folder of publications."""
        return file_name(self.id)


def file_name(publication_id: int) -> str:
    """Return the file name of a publication; names sort like ids."""
    return f"{publication_id:06d}.duckdb"


def published_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings a publication carries: all but places and notification targets."""
    formats = {name: {"format": source.format} for name, source in settings.sources.named().items()}
    return {
        "sources": formats,
        **settings.numbers(),
        "ingest": settings.ingest.model_dump(mode="json"),
        "publish": settings.publish.model_dump(mode="json"),
    }


def input_files(state: InputState) -> list[dict[str, Any]]:
    """Return the input files as JSON values."""
    return [
        {
            "source": file.source,
            "file_name": file.file_name,
            "table_name": file.table_name,
            "content_hash": file.content_hash,
            "size_bytes": file.size_bytes,
            "rows_loaded": file.rows_loaded,
            "load_id": file.load_id,
            "loaded_at": file.loaded_at.isoformat(),
        }
        for file in state.files
    ]


def write_publication(
    con: duckdb.DuckDBPyConnection, database: str, publication: Publication
) -> None:
    """Create table ``publication`` with its one row in ``database`` (a quoted, attached name)."""
    con.execute(f"create table {database}.main.publication ({COLUMN_DEFINITIONS})")
    con.execute(
        f"insert into {database}.main.publication ({COLUMN_LIST}) values ({_PLACES})",  # noqa: S608
        [
            json.dumps(value) if isinstance(value, dict | list) else value
            for value in (getattr(publication, name) for name in COLUMNS)
        ],
    )


def select_publications(
    con: duckdb.DuckDBPyConnection, table: str, publication_id: int | None = None
) -> list[Publication]:
    """Return the publications in ``table`` by id, or the one asked for.

    :param table: a table name as SQL, never a value from outside.
    """
    rows = con.execute(
        f"select {COLUMN_LIST} from {table} where $id is null or id = $id order by id",  # noqa: S608
        {"id": publication_id},
    ).fetchall()
    return [_from_row(row) for row in rows]


def read_publication(file: Path) -> Publication:
    """Return what a published file says about itself.

    :raises EbblineError: the file is missing, is no DuckDB file, or is no publication.
    """
    with open_marts(file) as con:
        return select_publications(con, "marts.publication")[0]


def _from_row(row: tuple[Any, ...]) -> Publication:
    values = dict(zip(COLUMNS, row, strict=True))
    for name, kind in COLUMNS.items():
        if kind.startswith("json"):
            values[name] = json.loads(values[name])
    return Publication(**values)
