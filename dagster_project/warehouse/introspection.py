"""Which tables and columns there are. The one place that asks; tables and views are the same here."""

import duckdb

from dagster_project.warehouse.quoting import quote_identifier


def has_table(
    con: duckdb.DuckDBPyConnection, schema: str, table: str, *, database: str | None = None
) -> bool:
    """Tell whether there is such a table or view.

    :param database: the name an attached database goes by; default the current one.
    """
    return bool(columns_of(con, schema, table, database=database))


def tables_of(
    con: duckdb.DuckDBPyConnection, schema: str, *, database: str | None = None
) -> list[str]:
    """Return the tables and views of a schema, in order of their names; none where there is no such schema."""
    return [name for of, name in kinds_of(con, database=database) if of == schema]


def kinds_of(
    con: duckdb.DuckDBPyConnection, *, database: str | None = None
) -> dict[tuple[str, str], str]:
    """Return "table" or "view" for each table and view, by schema and name and in their order."""
    rows = con.execute(
        """
        select schema_name, table_name, 'table' from duckdb_tables()
        where database_name = coalesce($database, current_database())
        union all
        select schema_name, view_name, 'view' from duckdb_views()
        where database_name = coalesce($database, current_database())
        order by 1, 2
        """,
        {"database": database},
    ).fetchall()
    return {(schema, name): kind for schema, name, kind in rows}


def has_column(
    con: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    column: str,
    *,
    database: str | None = None,
) -> bool:
    """Tell whether a table or view is there and has such a column."""
    return column in columns_of(con, schema, table, database=database)


def columns_of(
    con: duckdb.DuckDBPyConnection, schema: str, table: str, *, database: str | None = None
) -> dict[str, str]:
    """Return the columns of a table or view with their types, in order; none where it is not there."""
    place = [schema, table] if database is None else [database, schema, table]
    # `information_schema` and `duckdb_columns` go through every column of the database.
    query = "select name, type from pragma_table_info(?) order by cid"
    try:
        rows = con.execute(query, [".".join(map(quote_identifier, place))]).fetchall()
    except duckdb.CatalogException:
        return {}
    return dict(rows)


def all_columns(
    con: duckdb.DuckDBPyConnection, *, schema: str | None = None
) -> dict[tuple[str, str], dict[str, str]]:
    """Return the columns of every table and view with their types, by schema and table.

    For many at once: DuckDB goes through all that a view is made of when it is asked for one.

    :param schema: the schema alone whose tables are asked for.
    """
    found: dict[tuple[str, str], dict[str, str]] = {}
    for of, table, column, kind in con.execute(
        """
        select schema_name, table_name, column_name, data_type
        from duckdb_columns()
        where database_name = current_database() and schema_name = coalesce(?, schema_name)
        order by schema_name, table_name, column_index
        """,
        [schema],
    ).fetchall():
        found.setdefault((of, table), {})[column] = kind
    return found
