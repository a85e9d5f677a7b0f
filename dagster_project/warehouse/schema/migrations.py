"""The numbered changes that make the tables, oldest first. A change is added at the end and never edited.

Up to ``UNRECORDED`` a file does not say which it has, so those leave alone what is there already.
"""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from dagster_project.warehouse.introspection import columns_of

UNRECORDED = 7
"""The last change that older ebblines made without recording it."""


@dataclass(frozen=True)
class Migration:
    """One change of the schema.

    :ivar number: counts up from 1 without a gap.
    :ivar change: what it does, in words.
    :ivar apply: makes the change, within a transaction.
    """

    number: int
    change: str
    apply: Callable[[duckdb.DuckDBPyConnection], object]


def _statements(sql: str) -> Callable[[duckdb.DuckDBPyConnection], object]:
    return lambda con: con.execute(sql)


_FIRST_TABLES = """
create schema if not exists raw;
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
    started_at timestamptz not null,
    duration_seconds double not null,
    outcome varchar not null,
    message varchar
);
create table if not exists raw.quarantine (
    load_id bigint not null,
    source varchar not null,
    table_name varchar not null,
    file_name varchar not null,
    line_number bigint,
    column_name varchar,
    row_text varchar,
    reason varchar not null,
    quarantined_at timestamptz not null
);
create table if not exists raw.extra_columns (
    source varchar not null,
    table_name varchar not null,
    column_name varchar not null,
    first_load_id bigint not null,
    first_file varchar not null
);
create schema if not exists ops;
create table if not exists ops.publications (
    id bigint not null primary key,
    built_at timestamptz not null,
    as_of date,
    until date not null,
    settings json not null,
    settings_fingerprint varchar not null,
    input_files json not null,
    input_fingerprint varchar not null,
    highest_load_id bigint not null,
    code_version varchar not null,
    code_files json not null,
    row_counts json not null,
    validation json not null
);
create table if not exists ops.publication_events (
    sequence bigint primary key,
    event varchar not null,
    publication_id bigint not null,
    happened_at timestamptz not null
);
create table if not exists ops.metric_versions (
    metric varchar not null,
    grain varchar not null,
    period_start date not null,
    dimension varchar not null,
    member varchar not null,
    publication_id bigint not null,
    published_at timestamptz not null,
    value double,
    numerator double,
    denominator double,
    withdrawn boolean not null
);
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
    rule varchar,
    segment varchar,
    grain varchar,
    period date not null,
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
-- `target` is a digest of the URL as written
create table if not exists ops.deliveries (
    message_key varchar,
    target varchar,
    state varchar not null check (state in ('pending', 'sent')),
    attempts integer not null,
    last_attempt_at timestamptz,
    last_error varchar,
    sent_at timestamptz,
    primary key (message_key, target)
);
"""

_RESTATEMENTS = """
create table if not exists ops.restatements (
    publication_id bigint,
    metric varchar,
    grain varchar,
    period_start date,
    dimension varchar,
    member varchar,
    value_before double,
    value_after double,
    relative_change double,
    told_by bigint not null,
    told_at timestamptz not null,
    also_changed varchar not null,
    primary key (publication_id, metric, grain, period_start, dimension, member)
);
"""

_COVERAGE = """
alter table raw.loads add column if not exists exported_at timestamptz;
create table if not exists raw.sightings (
    source varchar not null,
    file_name varchar not null,
    modified_at timestamptz,
    seen_at timestamptz not null
);
"""

_PIPELINE_INCIDENTS = """
alter table ops.incidents add column if not exists kind varchar default 'red_line';
alter table ops.incidents add column if not exists next_step varchar;
alter table ops.incidents add column if not exists silenced_until date;
alter table ops.incidents add column if not exists silenced_by varchar;
alter table ops.incidents add column if not exists escalated_at timestamptz;
alter table ops.incidents add column if not exists cause varchar;
alter table ops.incidents add column if not exists resolved_by varchar;
alter table ops.outbox add column if not exists needs_publication boolean default true;
alter table ops.deliveries add column if not exists refusals integer default 0;
create table if not exists ops.dead_letters (
    message_key varchar,
    target varchar,
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


def _status_of_invoices(con: duckdb.DuckDBPyConnection) -> None:
    """Name a column of the contract as it is called since."""
    columns = columns_of(con, "raw", "invoices")
    if "invoice_status" in columns and "status" not in columns:
        con.execute("alter table raw.invoices rename invoice_status to status")


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        1, "ledgers of loads and publications, incidents, outbox", _statements(_FIRST_TABLES)
    ),
    Migration(
        2,
        "loads count rows of other tables and know remote files by their version",
        _statements(
            "alter table raw.loads add column if not exists rows_for_others bigint default 0;"
            "alter table raw.loads add column if not exists remote_version varchar;"
        ),
    ),
    Migration(3, "restatements", _statements(_RESTATEMENTS)),
    Migration(
        4,
        "deliveries name their target",
        _statements("alter table ops.deliveries add column if not exists label varchar"),
    ),
    Migration(5, "invoice_status of raw.invoices is called status", _status_of_invoices),
    Migration(6, "how far exports go, and when files were seen", _statements(_COVERAGE)),
    Migration(7, "incidents of the pipeline, dead letters, runs", _statements(_PIPELINE_INCIDENTS)),
    Migration(
        8,
        "a target may ask to be left alone until an instant",
        _statements("alter table ops.deliveries add column if not exists rest_until timestamptz"),
    ),
)
