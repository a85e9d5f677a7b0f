"""Other DuckDB files beside the open one, for the length of a ``with`` block."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from dagster_project.warehouse.connection import damage_named, quote_identifier, unreadable


@contextmanager
def attached(
    con: duckdb.DuckDBPyConnection, file: Path, name: str, *, read_only: bool = True, fix: str = ""
) -> Iterator[str]:
    """Attach ``file`` as ``name`` and yield the quoted name; it is detached however the block ends.

    :param fix: what to do where the file cannot be read.
    :raises EbblineError: the file is missing (when ``read_only``), is no DuckDB file, or is damaged.
    """
    # ATTACH takes no parameter, so the path is quoted as a literal; DuckDB knows no other escape.
    path = "'" + str(file).replace("'", "''") + "'"
    alias = quote_identifier(name)
    try:
        con.execute(f"attach {path} as {alias}" + (" (read_only)" if read_only else ""))
    except duckdb.IOException as error:
        raise unreadable(file, error, fix=fix) from error
    try:
        with damage_named(file, fix=fix):
            yield alias
    finally:
        con.execute(f"detach {alias}")
