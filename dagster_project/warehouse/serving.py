"""Reading what was published, from its file. Needs no lock and never disturbs a run.

The marts lie in the default schema of the file, so whoever opens it finds them by their bare name. Files
of earlier versions have them in a schema ``marts``. Our own readers need not know which:
:func:`attached_publication` shows either as ``<name>.marts.<table>``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from dagster_project.errors import EbblineError
from dagster_project.plural import counted
from dagster_project.warehouse.attachment import attached
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.quoting import quote_identifier


@contextmanager
def open_marts(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published file for reading; what is seen stays the same until the block ends.

    :param file: ``marts.duckdb`` or a file of ``publications/``.
    :raises EbblineError: there is no such file, or it is no publication.
    """
    with duckdb.connect(":memory:") as con:
        con.execute("set timezone = 'UTC'")
        paths = WarehousePaths(file.parent)
        fix = (
            f"delete it, then say {_bring_back(paths)}"
            if file == paths.marts_db
            else "move it away; no other publication needs it"
        )
        with attached_publication(con, file, "published", fix=fix):
            con.execute("use published.marts")
            try:
                yield con
            finally:
                con.execute("use memory")


@contextmanager
def attached_publication(
    con: duckdb.DuckDBPyConnection, file: Path, name: str, *, fix: str = ""
) -> Iterator[str]:
    """Attach a published file for reading and yield ``name``, quoted; it is detached however the block ends.

    What it holds is then called ``<name>.marts.<table>``, whichever way the file is laid out.

    :param fix: what to do where the file cannot be read.
    :raises EbblineError: there is no such file, or it is no publication.
    """
    seen = quote_identifier(name)
    with attached(con, file, f"{name}_file", fix=fix) as source:
        schema, tables = published_tables(con, f"{name}_file")
        if not tables:
            raise EbblineError("this file holds no marts", where=str(file), fix=fix)
        con.execute(f"attach ':memory:' as {seen}")
        try:
            con.execute(f"create schema {seen}.marts")
            for table in tables:
                quoted = quote_identifier(table)
                con.execute(f"create view {seen}.marts.{quoted} as from {source}.{schema}.{quoted}")
            yield seen
        finally:
            con.execute(f"detach {seen}")


def published_tables(con: duckdb.DuckDBPyConnection, database: str) -> tuple[str, list[str]]:
    """Return the schema of an attached publication that holds the marts, and the tables in it.

    :param database: the name it is attached under, not quoted.
    """
    rows = con.execute(
        """
        select schema_name, table_name from duckdb_tables() where database_name = $database
        and schema_name in ('main', 'marts') order by table_name
        """,
        {"database": database},
    ).fetchall()
    schema = "marts" if any(found == "marts" for found, _ in rows) else "main"
    return schema, [table for found, table in rows if found == schema]


@contextmanager
def open_published(paths: WarehousePaths) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open what readers see.

    :raises EbblineError: nothing has been published yet, or the file is gone or damaged.
    """
    with open_marts(published_file(paths)) as con:
        yield con


def published_file(paths: WarehousePaths) -> Path:
    """Return the file that readers open.

    :raises EbblineError: nothing has been published yet, or the file is gone.
    """
    if not paths.marts_db.exists():
        raise nothing_served(paths)
    return paths.marts_db


def nothing_served(paths: WarehousePaths) -> EbblineError:
    """Return why readers see nothing, and how they get something to see."""
    kept = paths.publication_files()
    if not kept:
        return EbblineError(
            "nothing has been published yet", where=str(paths.marts_db), fix="run `ebbline run`"
        )
    return EbblineError(
        f"the file that readers open is gone; kept: {counted(len(kept), 'publication')}",
        where=str(paths.marts_db),
        fix=f"{_bring_back(paths)} puts it back",
    )


def _bring_back(paths: WarehousePaths) -> str:
    """Return the command that makes ``marts.duckdb`` anew."""
    kept = paths.publication_files()
    return f"`ebbline rollback {max(kept)}`" if kept else "`ebbline run`"
