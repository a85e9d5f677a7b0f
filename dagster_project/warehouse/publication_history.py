"""Every publication there was, as a table of the next: when it was made, how far it went, when exports had been read.

What each of them stated is ``metric_versions``; together they are what was known then.
"""

import duckdb

from dagster_project.config_sections import Sources
from dagster_project.warehouse.introspection import has_table


def write_publication_history(con: duckdb.DuckDBPyConnection, database: str) -> None:
    """Create ``publication_history`` in ``database`` (a quoted, attached name), which holds its ``publication``.

    A rebuild of a past state (``--as-of``) is no part of the history: it stated nothing anew.
    """
    reads = ", ".join(
        f"max(read_at) filter (source = '{source}') as {source}_read_at"
        for source in Sources.model_fields
    )
    con.execute(
        f"""
        create table {database}.main.publication_history as
        with
        reads as ({_reads(con)}),
        made as (
            select id as publication_id, built_at as published_at, until, as_of
            from ops.publications
            union
            select id, built_at, until, as_of from {database}.main.publication
        )
        select publication_id, published_at, until, {reads}
        from made left join reads on reads.read_at <= made.published_at
        where as_of is null
        group by publication_id, published_at, until order by publication_id
        """  # noqa: S608 - own names and a quoted one
    )


def _reads(con: duckdb.DuckDBPyConnection) -> str:
    """Return SQL for the instants at which a source brought rows, or came again unchanged."""
    found = []
    if has_table(con, "raw", "loads"):
        found.append("select source, started_at as read_at from raw.loads where rows_loaded > 0")
    if has_table(con, "raw", "sightings"):
        found.append("select source, seen_at as read_at from raw.sightings")
    return (
        " union all ".join(found)
        or "select null::varchar as source, null::timestamptz as read_at where false"
    )
