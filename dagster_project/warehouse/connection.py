"""Connections to the working database. The only place that opens ``warehouse.duckdb``.

A connection is held for one step and closed: dbt is a process of its own and needs the write lock.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import duckdb

from dagster_project.errors import EbblineError, WarehouseLockedError
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.schema import bring_up_to_date

# Extensions are never fetched at run time, and files are read only where a loader says so.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}

_POLL_SECONDS = 0.05
# `ebbline status` and `why` have it open for an instant; a run that begins then does not fail for it.
READERS_PATIENCE = timedelta(seconds=2)
_REMEDY = (
    "put a backup in its place, or move it away: the next run reads all exports again, and takes the"
    " ledger and the history of the numbers from publications/"
)


@contextmanager
def open_warehouse(
    paths: WarehousePaths, *, read_only: bool = False, memory_limit: str | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the working database for the length of a ``with`` block.

    What DuckDB creates meanwhile (the database, its log, what it spills) holds personal rows: it is
    for the owner's eyes only. A file that is there keeps its mode.

    :param paths: the warehouse; its folder is created where it is missing.
    :param read_only: open without the right to write; the file must exist.
    :param memory_limit: DuckDB's ``memory_limit``, such as ``2GB``; what exceeds it spills to disk.
    :raises WarehouseLockedError: another process has the file open for writing.
    :raises EbblineError: the file cannot be opened, is no DuckDB database, is damaged, or a newer ebbline wrote it.
    """
    if not read_only:
        paths.create()
    with for_owner_only(), damage_named(paths.warehouse_db, fix=_REMEDY):
        con = _connect(paths, read_only=read_only, memory_limit=memory_limit)
        try:
            con.execute("set timezone = 'UTC'")
            con.execute("set temp_directory = ?", [str(paths.spill)])
            if not read_only:
                bring_up_to_date(con)
            yield con
        finally:
            con.close()


def _connect(
    paths: WarehousePaths, *, read_only: bool, memory_limit: str | None
) -> duckdb.DuckDBPyConnection:
    config = dict(_CONFIG)
    if memory_limit is not None:
        config["memory_limit"] = memory_limit
    deadline = time.monotonic() + (0 if read_only else READERS_PATIENCE.total_seconds())
    while True:
        try:
            return duckdb.connect(str(paths.warehouse_db), read_only=read_only, config=config)
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                raise unreadable(paths.warehouse_db, error, fix=_REMEDY) from error
            if time.monotonic() >= deadline:
                raise _locked(paths, error) from error
        time.sleep(_POLL_SECONDS)


def _locked(paths: WarehousePaths, error: duckdb.Error) -> WarehouseLockedError:
    holder = re.search(r"\(PID (\d+)\)", str(error))
    return WarehouseLockedError(
        "another process has the working database open",
        where=str(paths.warehouse_db),
        evidence=[f"process {holder.group(1)}"] if holder else [],
        fix="wait for it to end, or close it; readers belong on marts.duckdb",
    )


@contextmanager
def for_owner_only() -> Iterator[None]:
    """Keep other users from what this process creates within the block."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def damage_named(file: Path, *, fix: str) -> Iterator[None]:
    """Turn what DuckDB says when it meets a damaged block of ``file`` into an error of ours.

    :raises EbblineError: a block of the file is damaged.
    """
    try:
        yield
    except duckdb.IOException as error:
        if "Corrupt database file" not in str(error):
            raise
        raise unreadable(file, error, fix=fix) from error


def unreadable(file: Path, error: duckdb.Error, *, fix: str) -> EbblineError:
    """Return the error for a database file that DuckDB cannot read."""
    return EbblineError(
        "this file cannot be read as a DuckDB database",
        where=str(file),
        evidence=[str(error).splitlines()[0]],
        fix=fix,
    )
