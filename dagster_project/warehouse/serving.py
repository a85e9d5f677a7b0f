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
from dagster_project.warehouse.attachment import attached
from dagster_project.warehouse.paths import WarehousePaths


@contextmanager
def open_marts(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published file for reading; what is seen stays the same until the block ends.

    :param file: ``marts.duckdb`` or a file of ``publications/``.
    :raises duckdb.IOException: there is no such file.
    """
    with duckdb.connect(":memory:") as con:
        con.execute("set timezone = 'UTC'")
        with attached(con, file, "published"):
            con.execute("use published.marts")
            try:
                yield con
            finally:
                con.execute("use memory")


@contextmanager
def open_published(paths: WarehousePaths) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open what readers see.

    :raises EbblineError: nothing has been published yet.
    """
    with open_marts(published_file(paths)) as con:
        yield con


def published_file(paths: WarehousePaths) -> Path:
    """Return the file that readers open.

    :raises EbblineError: nothing has been published yet.
    """
    if not paths.marts_db.exists():
        raise EbblineError(
            "nothing has been published yet", where=str(paths.marts_db), fix="run `ebbline run`"
        )
    return paths.marts_db
