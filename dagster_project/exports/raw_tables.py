"""The tables of exports in schema ``raw``, made from the contract, and nothing that fills them.

The ledgers beside them (loads, sightings, quarantine, unknown columns) are ``warehouse.schema``'s.
"""

import duckdb

from dagster_project.exports.contract import LINEAGE, TABLES
from dagster_project.warehouse.schema import bring_up_to_date
from dagster_project.warehouse.schema.declared import complete_tables


def ensure_raw_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create every table of schema ``raw`` that does not exist yet, empty; complete those of an earlier contract.

    :param con: the working database, outside a transaction.
    """
    bring_up_to_date(con)
    declared = {
        table.name: {
            **{column.name: column.kind.sql_type for column in table.columns},
            **dict(LINEAGE),
        }
        for table in TABLES.values()
    }
    complete_tables(con, "raw", declared)
