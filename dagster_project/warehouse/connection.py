"""Connections to the working database. The only place that opens ``warehouse.duckdb``.

A connection is held for one step and closed: dbt is a process of its own and needs the write lock.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from dagster_project.errors import WarehouseLockedError
from dagster_project.warehouse.paths import WarehousePaths

# Extensions are never fetched at run time, and files are read only where a loader says so.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@contextmanager
def open_warehouse(
    paths: WarehousePaths, *, read_only: bool = False, memory_limit: str | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the working database for the length of a ``with`` block.

    :param paths: the warehouse; its folder is created where it is missing.
    :param read_only: open without the right to write; the file must exist.
    :param memory_limit: DuckDB's ``memory_limit``, such as ``2GB``; what exceeds it spills to disk.
    :raises WarehouseLockedError: another process has the file open for writing.
    """
    if not read_only:
        paths.create()
    config = dict(_CONFIG)
    if memory_limit is not None:
        config["memory_limit"] = memory_limit
    try:
        con = duckdb.connect(str(paths.warehouse_db), read_only=read_only, config=config)
    except duckdb.IOException as error:
        if "lock" not in str(error):
            raise
        holder = re.search(r"\(PID (\d+)\)", str(error))
        raise WarehouseLockedError(
            "another process has the working database open",
            where=str(paths.warehouse_db),
            evidence=[f"process {holder.group(1)}"] if holder else [],
            fix="wait for it to end, or close it; readers belong on marts.duckdb",
        ) from error
    try:
        con.execute("set timezone = 'UTC'")
        con.execute("set temp_directory = ?", [str(paths.spill)])
        yield con
    finally:
        con.close()


def quote_identifier(name: str) -> str:
    """Return ``name`` as a quoted SQL identifier; embedded quotes are doubled."""
    return '"' + name.replace('"', '""') + '"'
