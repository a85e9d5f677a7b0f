"""Other DuckDB files beside the open one, for the length of a ``with`` block."""

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
    # ATTACH takes no parameter, so the path is quoted as a literal; DuckDB knows no other escape.
    path = "'" + str(file).replace("'", "''") + "'"
    alias = quote_identifier(name)
    con.execute(f"attach {path} as {alias}" + (" (read_only)" if read_only else ""))
    try:
        yield alias
    finally:
        con.execute(f"detach {alias}")
