"""Tables whose columns are declared elsewhere: made where they are missing, completed where a column is."""

from collections.abc import Mapping

import duckdb

from dagster_project.warehouse.introspection import all_columns
from dagster_project.warehouse.quoting import quote_identifier


def complete_tables(
    con: duckdb.DuckDBPyConnection, schema: str, tables: Mapping[str, Mapping[str, str]]
) -> None:
    """Make tables, or add the columns they lack; nothing is ever taken away.

    :param schema: an existing schema, as SQL.
    :param tables: of each table the SQL type by name of column, in order.
    """
    known = all_columns(con, schema=schema)
    for table, columns in tables.items():
        name = f"{schema}.{quote_identifier(table)}"
        typed = {column: f"{quote_identifier(column)} {kind}" for column, kind in columns.items()}
        there = known.get((schema, table))
        if there is None:
            con.execute(f"create table if not exists {name} ({', '.join(typed.values())})")
            continue
        for column, definition in typed.items():
            if column not in there:
                con.execute(f"alter table {name} add column {definition}")
