"""Other DuckDB files beside the open one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from dagster_project.warehouse.connection import quote_identifier


@contextmanager
def attached(
    con: duckdb.DuckDBPyConnection, file: Path, name: str, *, read_only: bool = True
) -> Iterator[str]:
    """Attach ``file`` as ``name`` and yield the quoted name; it is detached however the block ends.

    :raises duckdb.IOException: the file is missing (when ``read_only``) or is not a DuckDB file.
    """
    alias = attach(con, file, name, read_only=read_only)
    try:
        yield alias
    finally:
        con.execute(f"detach {alias}")


def attach(con: duckdb.DuckDBPyConnection, file: Path, name: str, *, read_only: bool = True) -> str:
    """Attach ``file`` as ``name`` for as long as the connection lives; return the quoted name.

    :raises duckdb.IOException: as :func:`attached`.
    """
    alias = quote_identifier(name)
    con.execute(f"attach {quote_path(file)} as {alias}" + (" (read_only)" if read_only else ""))
    return alias


def quote_path(file: Path) -> str:
    """Return a path as a SQL literal, for statements that take no parameter (ATTACH, LOAD)."""
    return "'" + str(file).replace("'", "''") + "'"
