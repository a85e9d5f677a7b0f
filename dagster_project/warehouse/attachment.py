"""Other DuckDB files beside the open one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from dagster_project.warehouse.connection import damage_named, unreadable
from dagster_project.warehouse.quoting import quote_identifier, quote_path


@contextmanager
def attached(
    con: duckdb.DuckDBPyConnection, file: Path, name: str, *, read_only: bool = True, fix: str = ""
) -> Iterator[str]:
    """Attach ``file`` as ``name`` and yield the quoted name; it is detached however the block ends.

    :param fix: what to do where the file cannot be read.
    :raises EbblineError: the file is missing (when ``read_only``), is no DuckDB file, or is damaged.
    """
    alias = attach(con, file, name, read_only=read_only, fix=fix)
    try:
        with damage_named(file, fix=fix):
            yield alias
    finally:
        con.execute(f"detach {alias}")


def attach(
    con: duckdb.DuckDBPyConnection, file: Path, name: str, *, read_only: bool = True, fix: str = ""
) -> str:
    """Attach ``file`` as ``name`` for as long as the connection lives; return the quoted name.

    :param fix: what to do where the file cannot be read.
    :raises EbblineError: the file is missing (when ``read_only``), or is no DuckDB file.
    """
    alias = quote_identifier(name)
    try:
        con.execute(f"attach {quote_path(file)} as {alias}" + (" (read_only)" if read_only else ""))
    except duckdb.IOException as error:
        raise unreadable(file, error, fix=fix) from error
    return alias
