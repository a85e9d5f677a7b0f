"""The tables of schema ``raw``: DDL made from the contract, and nothing that fills them."""

import duckdb

from dagster_project.exports.contract import LINEAGE, TABLES, Table
from dagster_project.warehouse.connection import quote_identifier

_LEDGER_DDL = """
create table if not exists raw.loads (
    load_id bigint not null,
    source varchar not null,
    file_name varchar not null,
    table_name varchar not null,
    format varchar not null,
    size_bytes bigint,
    content_hash varchar,
    mapping_hash varchar,
    rows_read bigint not null,
    rows_loaded bigint not null,
    rows_unchanged bigint not null,
    rows_quarantined bigint not null,
    rows_for_others bigint default 0,
    started_at timestamp with time zone not null,
    duration_seconds double not null,
    outcome varchar not null,
    message varchar,
    remote_version varchar,
    exported_at timestamp with time zone
)
"""
# A ledger that an earlier version made.
_LEDGER_ADDITIONS = (
    "alter table raw.loads add column if not exists rows_for_others bigint default 0",
    "alter table raw.loads add column if not exists remote_version varchar",
    "alter table raw.loads add column if not exists exported_at timestamp with time zone",
)

# Columns that an earlier version of the contract called otherwise.
_RENAMED = {"invoices": {"invoice_status": "status"}}

_SIGHTINGS_DDL = """
create table if not exists raw.sightings (
    source varchar not null,
    file_name varchar not null,
    modified_at timestamp with time zone,
    seen_at timestamp with time zone not null
)
"""

_QUARANTINE_DDL = """
create table if not exists raw.quarantine (
    load_id bigint not null,
    source varchar not null,
    table_name varchar not null,
    file_name varchar not null,
    line_number bigint,
    column_name varchar,
    row_text varchar,
    reason varchar not null,
    quarantined_at timestamp with time zone not null
)
"""

_EXTRA_COLUMNS_DDL = """
create table if not exists raw.extra_columns (
    source varchar not null,
    table_name varchar not null,
    column_name varchar not null,
    first_load_id bigint not null,
    first_file varchar not null
)
"""


def ensure_raw_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create every table of schema ``raw`` that does not exist yet, empty.

    One table per canonical and companion table, ``raw.loads`` (one row per file and table of a run),
    ``raw.sightings`` (one row per state in which a file was met), ``raw.quarantine`` (one row per refused row)
    and ``raw.extra_columns`` (one row per unknown column met, so that each is reported once).
    """
    con.execute("create schema if not exists raw")
    for table in TABLES.values():
        con.execute(_ddl(table))
        _complete(con, table)
    for statement in (
        _LEDGER_DDL,
        *_LEDGER_ADDITIONS,
        _SIGHTINGS_DDL,
        _QUARANTINE_DDL,
        _EXTRA_COLUMNS_DDL,
    ):
        con.execute(statement)


def _complete(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Bring a table that an earlier version of ebbline made to the contract of this one."""
    name = f"raw.{quote_identifier(table.name)}"
    there = {column for (column, *_) in con.execute(f"describe {name}").fetchall()}
    for old, new in _RENAMED.get(table.name, {}).items():
        if old in there and new not in there:
            con.execute(
                f"alter table {name} rename {quote_identifier(old)} to {quote_identifier(new)}"
            )
            there.add(new)
    for column, sql_type in _typed_columns(table):
        if column not in there:
            con.execute(f"alter table {name} add column {quote_identifier(column)} {sql_type}")


def _typed_columns(table: Table) -> list[tuple[str, str]]:
    return [*((column.name, column.kind.sql_type) for column in table.columns), *LINEAGE]


def _ddl(table: Table) -> str:
    listed = ", ".join(
        f"{quote_identifier(name)} {sql_type}" for name, sql_type in _typed_columns(table)
    )
    return f"create table if not exists raw.{quote_identifier(table.name)} ({listed})"
