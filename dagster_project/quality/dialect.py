"""The SQLAlchemy dialect through which Great Expectations asks DuckDB.

GX gives its connection back before it reads the result, and duckdb-engine then reads from a
connection that has been rolled back: every expectation ends in "list index out of range". Here
every statement has a cursor of its own, which nothing else touches, so the result is still there
and is read only as far as GX wants it. Only what GX needs to read belongs here; nothing writes.

The dialect answers to URLs that begin ``duckdb+ebbline://``.
"""

from typing import Any
from weakref import WeakSet

import duckdb
import duckdb_engine
from sqlalchemy.dialects import registry
from sqlalchemy.engine.interfaces import ReflectedColumn, ReflectedPrimaryKeyConstraint
from sqlalchemy.types import NullType

from dagster_project.warehouse.quoting import quote_identifier

URL_SCHEME = "duckdb+ebbline"

# The same settings as warehouse/connection.py: DuckDB refuses a second connection that differs.
CONNECTION_CONFIG: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


class _Cursor(duckdb_engine.CursorWrapper):
    """A cursor of its own, which closing its connection closes too."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, connection: "_Connection") -> None:
        super().__init__(cursor, connection)
        self._cursor = cursor

    def close(self) -> None:
        """Let go of the result and of the database."""
        self._cursor.close()


class _Connection(duckdb_engine.ConnectionWrapper):
    """A connection that hands out independent cursors."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(connection)
        self._connection = connection
        self._cursors: WeakSet[_Cursor] = WeakSet()
        _OPEN.add(self)

    def cursor(self) -> _Cursor:
        """Return a new cursor."""
        cursor = _Cursor(self._connection.cursor(), self)
        self._cursors.add(cursor)
        return cursor

    def close(self) -> None:
        """Close with all cursors: one left open would keep the file from the next writer."""
        for cursor in list(self._cursors):
            cursor.close()
        super().close()


_OPEN: WeakSet[_Connection] = WeakSet()


class Dialect(duckdb_engine.Dialect):
    """duckdb-engine's dialect, opened for reading only, whose results outlive their connection."""

    supports_statement_cache = False

    def connect(self, *args: Any, **kwargs: Any) -> Any:
        """Open the database file for reading, in UTC; a missing file is an error, never a new database."""
        database = args[0] if args else kwargs["database"]
        connection = duckdb.connect(database, read_only=True, config=CONNECTION_CONFIG)
        # For the cursors too: each is a session of its own.
        connection.execute("set global timezone = 'UTC'")
        return _Connection(connection)

    def get_columns(
        self, connection: Any, table_name: str, schema: str | None = None, **_: Any
    ) -> list[ReflectedColumn]:
        """Return a table's columns; duckdb-engine asks pg_catalog, which looks at every view that there is."""
        table = f"{quote_identifier(schema or 'main')}.{quote_identifier(table_name)}"
        rows = connection.exec_driver_sql(
            'select name, not "notnull" from pragma_table_info($1) order by cid', (table,)
        )
        return [
            ReflectedColumn(name=name, type=NullType(), nullable=nullable, default=None)
            for name, nullable in rows
        ]

    def get_pk_constraint(
        self, connection: Any, table_name: str, schema: str | None = None, **_: Any
    ) -> ReflectedPrimaryKeyConstraint:
        """Return none: GX asks for each table, to mark its columns, and nothing reads the mark."""
        return ReflectedPrimaryKeyConstraint(constrained_columns=[], name=None)

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin nothing: a reader needs no transaction."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Commit nothing: a reader changes nothing."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Roll nothing back: a reader changes nothing."""


def register() -> None:
    """Make SQLAlchemy know the URL scheme in this process."""
    registry.register("duckdb.ebbline", __name__, Dialect.__name__)


def close_connections() -> None:
    """Close every connection of this dialect in this process.

    GX makes several engines and disposes of none; DuckDB keeps the file until the last connection
    is gone, and dbt writes next.
    """
    for connection in list(_OPEN):
        connection.close()
