"""What the Dagster UI shows of a table: its row count and its columns, read from the warehouse."""

from typing import Any

import dagster as dg
import duckdb

from dagster_project.warehouse.introspection import columns_of
from dagster_project.warehouse.quoting import quote_identifier


def table_metadata(
    con: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    descriptions: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return the row count and the columns of a table as Dagster metadata; of a view the columns alone.

    :param descriptions: column descriptions by column name.
    """
    name = f"{quote_identifier(schema)}.{quote_identifier(table)}"
    known = descriptions or {}
    return {
        **_row_count(con, schema, table, name),
        "dagster/column_schema": dg.TableSchema(
            [
                dg.TableColumn(column, kind.lower(), description=known.get(column))
                for column, kind in columns_of(con, schema, table).items()
            ]
        ),
        "dagster/table_name": f"{schema}.{table}",
    }


def _row_count(
    con: duckdb.DuckDBPyConnection, schema: str, table: str, name: str
) -> dict[str, int]:
    """Return how many rows there are. To count those of a view, all of it would have to be computed."""
    of_a_view = "select 1 from duckdb_views() where (schema_name, view_name) = (?, ?)"
    if con.execute(of_a_view, [schema, table]).fetchone():
        return {}
    counted = con.execute(f"select count(*) from {name}").fetchone()  # noqa: S608 - quoted by the caller
    assert counted is not None
    return {"dagster/row_count": counted[0]}
