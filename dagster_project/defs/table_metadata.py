"""What the Dagster UI shows of a table: its row count and its columns, read from the warehouse."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import duckdb

from dagster_project.warehouse.introspection import columns_of
from dagster_project.warehouse.quoting import quote_identifier


def table_metadata(
    con: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    columns: Mapping[str, str] | None = None,
    descriptions: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the row count and the columns of a table as Dagster metadata.

    :param columns: types by column, where they are known already.
    :param descriptions: column descriptions by column name.
    """
    known = descriptions or {}
    return {
        "dagster/row_count": _row_count(con, schema, table),
        "dagster/column_schema": dg.TableSchema(
            [
                dg.TableColumn(column, kind.lower(), description=known.get(column))
                for column, kind in (columns or columns_of(con, schema, table)).items()
            ]
        ),
        "dagster/table_name": f"{schema}.{table}",
    }


def _row_count(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    name = f"{quote_identifier(schema)}.{quote_identifier(table)}"
    counted = con.execute(f"select count(*) from {name}").fetchone()  # noqa: S608 - quoted above
    assert counted is not None
    return int(counted[0])
