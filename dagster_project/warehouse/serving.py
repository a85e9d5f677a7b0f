"""Reading what was published, from its file. Needs no lock and never disturbs a run.

A file named ``marts.duckdb`` with a schema ``marts`` makes the name ``marts.metrics`` ambiguous to
DuckDB when it is opened directly: there it is ``marts.marts.metrics``, or ``use marts.marts`` and
then plain ``metrics``. :func:`open_marts` attaches the file under another name, so that both
``marts.metrics`` and ``metrics`` mean the mart.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from dagster_project.errors import EbblineError
from dagster_project.plural import counted
from dagster_project.warehouse.attachment import attached
from dagster_project.warehouse.connection import unreadable
from dagster_project.warehouse.paths import WarehousePaths


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
        with attached(con, file, "published", fix=fix):
            try:
                con.execute("use published.marts")
            except duckdb.CatalogException as error:
                raise unreadable(file, error, fix=fix) from error
            try:
                yield con
            finally:
                con.execute("use memory")


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
