"""One publication as clients see it: a small read-only database of views on it, and who may ask what.

Clients are held off by the engine and by a guard. The engine: both files are open read-only, no file,
URL or other database can be reached, no setting changed. The guard, asked by the extension before
every statement: only what DuckDB's own parser takes for a SELECT, with no table function but the few
named here. Without it a client could stop the server or start a second one (`quack_stop`,
`quack_serve` are table functions), make temporary tables or turn on logging.
"""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from dagster_project.errors import EbblineError
from dagster_project.server.quack import load_quack
from dagster_project.warehouse.attachment import attach, attached
from dagster_project.warehouse.introspection import tables_of
from dagster_project.warehouse.published_comments import comments_of, write_comments
from dagster_project.warehouse.quoting import quote_identifier
from dagster_project.warehouse.serving import published_tables

# What lists the catalog (clients ask it when they attach) and what makes rows of arguments.
TABLE_FUNCTIONS = (
    "duckdb_columns",
    "duckdb_schemas",
    "duckdb_tables",
    "duckdb_views",
    "generate_series",
    "json_each",
    "json_tree",
    "range",
    "unnest",
)
# Scalar functions that tell of the server rather than of the marts.
TELLING_FUNCTIONS = ("current_setting", "getvariable", "write_log")
# The engine's own views that list tables and columns; all others of its views are refused by name.
LISTING_VIEWS = ("duckdb_columns", "duckdb_schemas", "duckdb_tables", "duckdb_views")
_GUARD = """
create macro may_ask(session_id, statement) as (
    with parsed as (select json_serialize_sql(statement::varchar) as tree)
    select not (tree ->> '$.error')::boolean
        and len(list_filter(
            json_extract_string(tree, '$..function.function_name'),
            lambda name: lower(name) not in {table_functions}
        )) = 0
        and len(list_filter(
            json_extract_string(tree, '$..function_name'),
            lambda name: lower(name) in {telling_functions}
        )) = 0
        and len(list_filter(
            json_extract_string(tree, '$..table_name'),
            lambda name: lower(name) in {hidden_views}
        )) = 0
        and len(list_filter(
            json_extract_string(tree, '$..schema_name'), lambda name: lower(name) = 'pg_catalog'
        )) = 0
    from parsed
)
"""
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_persistent_secrets": False,
}


class GuardedMarts:
    """An open publication, ready to be served.

    :ivar con: the connection that serves it; sessions of clients are others of the same database.
    :ivar publication_id: its number.
    :ivar built_at: when it was built.
    """

    def __init__(self, marts: Path) -> None:
        """Open a published file.

        :raises EbblineError: it is no publication, or the extension is missing.
        """
        self._folder = TemporaryDirectory(prefix="ebbline-serve-")
        folder = Path(self._folder.name)
        try:
            self.con = _opened(marts, folder)
            row = self.con.execute("select id, built_at from main.publication")
            self.publication_id: int
            self.built_at: datetime
            self.publication_id, self.built_at = row.fetchall()[0]
        except duckdb.Error as error:
            self._folder.cleanup()
            raise EbblineError(f"cannot be served: {error}", where=str(marts)) from error
        except BaseException:
            self._folder.cleanup()
            raise

    def close(self) -> None:
        """Close the database and remove what was made for it."""
        self.con.close()
        self._folder.cleanup()


def _opened(marts: Path, folder: Path) -> duckdb.DuckDBPyConnection:
    views = folder / "ebbline.duckdb"
    with duckdb.connect(str(views), config=_CONFIG) as con, attached(con, marts, "published"):
        _make_views(con)
    con = duckdb.connect(str(views), read_only=True, config=_CONFIG)
    try:
        attach(con, marts, "published")
        load_quack(con)
        con.execute("set global quack_authorization_function = 'may_ask'")
        con.execute("set global timezone = 'UTC'")
        con.execute("set temp_directory = ?", [str(folder / "spill")])
        con.execute("set python_enable_replacements = false")
        con.execute("set enable_external_access = false")
        con.execute("set lock_configuration = true")
    except BaseException:
        con.close()
        raise
    return con


def _make_views(con: duckdb.DuckDBPyConnection) -> None:
    """Make every mart and ready view known as ``metrics`` and as ``marts.metrics``, with comments, and the guard.

    An attached client asks for ``metrics`` whatever schema it names; ``marts.metrics`` is what people
    write.
    """
    described = comments_of(con, "published")
    layout, _ = published_tables(con, "published")
    con.execute("create schema marts")
    for name in tables_of(con, layout, database="published"):
        mart = quote_identifier(name)
        for schema in ("main", "marts"):
            con.execute(f"create view {schema}.{mart} as from published.{layout}.{mart}")
            write_comments(con, ("ebbline", schema, name), described[name], kind="view")
    con.execute(_guard(con))


def _guard(con: duckdb.DuckDBPyConnection) -> str:
    """Return the macro that is asked before every statement."""
    hidden = con.execute(
        """
        select distinct lower(view_name) from duckdb_views()
        where internal and schema_name <> 'information_schema' and not list_contains(?, view_name)
        order by 1
        """,
        [list(LISTING_VIEWS)],
    ).fetchall()
    return _GUARD.format(
        table_functions=TABLE_FUNCTIONS,
        telling_functions=TELLING_FUNCTIONS,
        hidden_views=tuple(name for (name,) in hidden),
    )
