"""Tables and views that models of an earlier version made, and none makes any longer."""

from collections.abc import Collection

import duckdb

from dagster_project.warehouse.introspection import kinds_of
from dagster_project.warehouse.quoting import quote_identifier

# What dbt's on-run-start makes (dbt/macros/incremental/memory.sql).
_NO_MODELS = {("intermediate", "incremental_days"), ("intermediate", "incremental_loads")}


def drop_leftovers(con: duckdb.DuckDBPyConnection, made: Collection[tuple[str, str]]) -> list[str]:
    """Drop what stands in the schemas of the models and is made by none of them.

    A mart that nobody builds any more would be published for ever, as it was on its last day.

    :param made: schema and name of every model and seed.
    :return: what was dropped, as schema.name.
    """
    schemas = {schema for schema, _ in made}
    dropped = []
    for (schema, name), kind in kinds_of(con).items():
        if schema in schemas and (schema, name) not in _NO_MODELS.union(made):
            con.execute(f"drop {kind} {quote_identifier(schema)}.{quote_identifier(name)}")
            dropped.append(f"{schema}.{name}")
    return dropped
