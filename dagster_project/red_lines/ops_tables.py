"""The tables of incidents, messages and deliveries in schema ``ops``, which no rebuild touches.

Made where they are missing; columns that an earlier version lacked are added.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

_TABLES = """
create schema if not exists ops;
create table if not exists ops.incidents (
    incident_id varchar primary key,
    rule varchar not null,
    segment varchar not null,
    grain varchar not null,
    severity varchar not null,
    state varchar not null check (state in ('open', 'acknowledged', 'resolved')),
    opened_at timestamptz not null,
    since date not null,
    opened_period date not null,
    last_period date not null,
    periods integer not null,
    value double,
    line double,
    detail varchar not null,
    told_period date not null,
    resolved_at timestamptz,
    resolved_period date,
    acknowledged_at timestamptz,
    acknowledged_by varchar,
    publication_id varchar
);
create table if not exists ops.red_line_progress (
    rule varchar, segment varchar, grain varchar, period date not null,
    primary key (rule, segment, grain)
);
create table if not exists ops.outbox (
    message_key varchar primary key,
    incident_id varchar not null,
    event varchar not null,
    severity varchar not null,
    state varchar not null check (state in ('pending', 'sent', 'withdrawn', 'unrouted')),
    created_at timestamptz not null,
    publication_id varchar,
    alert json not null
);
create table if not exists ops.deliveries (
    message_key varchar, target varchar,
    state varchar not null check (state in ('pending', 'sent')),
    attempts integer not null,
    last_attempt_at timestamptz,
    last_error varchar,
    sent_at timestamptz,
    label varchar,
    primary key (message_key, target)
);
create table if not exists ops.dead_letters (
    message_key varchar, target varchar,
    label varchar not null,
    refused_at timestamptz not null,
    runs integer not null,
    last_error varchar not null,
    primary key (message_key, target)
);
create table if not exists ops.runs (
    started_at timestamptz not null,
    ended_at timestamptz not null,
    outcome varchar not null,
    publication_id bigint
);
"""
# What tables made by an earlier version lack. `target` is a digest of the URL as written.
_ADDED = {
    ("incidents", "kind"): "varchar default 'red_line'",
    ("incidents", "next_step"): "varchar",
    ("incidents", "silenced_until"): "date",
    ("incidents", "silenced_by"): "varchar",
    ("incidents", "escalated_at"): "timestamptz",
    ("incidents", "cause"): "varchar",
    ("incidents", "resolved_by"): "varchar",
    ("outbox", "needs_publication"): "boolean default true",
    ("deliveries", "label"): "varchar",
    ("deliveries", "refusals"): "integer default 0",
}


def ensure_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create the tables where they, or a column, are missing."""
    con.execute(_TABLES)
    known = set(
        con.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'ops'"
        ).fetchall()
    )
    for (table, column), kind in _ADDED.items():
        if (table, column) not in known:
            con.execute(f"alter table ops.{table} add column if not exists {column} {kind}")


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run a block as one transaction: committed at its end, undone by any error."""
    con.execute("begin transaction")
    try:
        yield
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")
