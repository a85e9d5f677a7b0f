"""Tables whose columns are declared elsewhere: made where they are missing, completed where a column is."""

from collections.abc import Mapping

import duckdb

from dagster_project.warehouse.introspection import columns_of
from dagster_project.warehouse.quoting import quote_identifier


def complete_table(
    con: duckdb.DuckDBPyConnection, schema: str, table: str, columns: Mapping[str, str]
) -> None:
    """Make a table, or add the columns it lacks; nothing is ever taken away.

    :param schema: an existing schema, as SQL.
    :param columns: SQL type by name, in order.
    """
    name = f"{schema}.{quote_identifier(table)}"
    there = columns_of(con, schema, table)
    typed = {column: f"{quote_identifier(column)} {kind}" for column, kind in columns.items()}
    if not there:
        con.execute(f"create table if not exists {name} ({', '.join(typed.values())})")
        return
    for column, definition in typed.items():
        if column not in there:
            con.execute(f"alter table {name} add column {definition}")
