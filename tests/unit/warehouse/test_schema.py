"""The tables that outlive a rebuild: each earlier version becomes the newest, keeping its rows."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dagster_project.errors import EbblineError
from dagster_project.exports.raw_tables import ensure_raw_tables
from dagster_project.warehouse.publication_record import COLUMNS
from dagster_project.warehouse.schema import NEWEST, bring_up_to_date, version_of
from dagster_project.warehouse.schema.migrations import MIGRATIONS, UNRECORDED

KNOWN = Path(__file__).with_name("known_schema.txt")
EVERY_VERSION = [migration.number for migration in MIGRATIONS]


def described(con: duckdb.DuckDBPyConnection) -> str:
    """Return every table that outlives a rebuild with its columns, one a line."""
    rows = con.execute(
        """
        select
            schema_name || '.' || table_name as name,
            string_agg(
                '    ' || column_name || ' ' || lower(data_type)
                || case when is_nullable then '' else ' not null' end
                || case when column_default is null then '' else ' default ' || column_default end,
                chr(10) order by column_index
            )
        from duckdb_columns()
        where schema_name in ('ops', 'raw') and database_name = current_database()
        group by name order by name
        """
    ).fetchall()
    return "".join(f"{name}\n{columns}\n" for name, columns in rows)


def constraints(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return con.execute(
        """
        select table_name, constraint_text from duckdb_constraints()
        where schema_name = 'ops' and constraint_type in ('PRIMARY KEY', 'CHECK') order by all
        """
    ).fetchall()


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        yield con


def older(con: duckdb.DuckDBPyConnection, version: int, *, recorded: bool) -> None:
    """Make the tables as they were at a version, with a load, an incident and a message in them."""
    for migration in MIGRATIONS[:version]:
        migration.apply(con)
    con.execute(
        """
        insert into raw.loads by name
        select
            1 as load_id, 'billing' as source, 'invoices.csv' as file_name,
            'invoice_lines' as table_name, 'stripe' as format, 10 as rows_read, 10 as rows_loaded,
            0 as rows_unchanged, 0 as rows_quarantined,
            timestamptz '2026-04-04 03:00:00Z' as started_at, 0.1 as duration_seconds,
            'loaded' as outcome
        """
    )
    con.execute(
        """
        insert into ops.outbox by name
        select
            'k' as message_key, 'churn_above/all/2026-03' as incident_id, 'opened' as event,
            'page' as severity, 'pending' as state, timestamptz '2026-04-04 03:00:00Z' as created_at,
            '{}' as alert
        """
    )
    if recorded:
        con.execute(
            "create table ops.schema_version (version integer primary key,"
            " change varchar not null, ebbline varchar not null)"
        )
        for migration in MIGRATIONS[:version]:
            con.execute(
                "insert into ops.schema_version values (?, ?, 'x')",
                [migration.number, migration.change],
            )


def newest() -> tuple[str, list[tuple[str, str]]]:
    with duckdb.connect() as con:
        bring_up_to_date(con)
        return described(con), constraints(con)


def test_migrations_are_numbered_without_a_gap() -> None:
    assert list(range(1, len(MIGRATIONS) + 1)) == EVERY_VERSION


def test_the_tables_are_those_that_are_written_down(con: duckdb.DuckDBPyConnection) -> None:
    # A change of them is a migration; then write the file anew.
    bring_up_to_date(con)
    assert described(con) == KNOWN.read_text(encoding="utf-8")


def test_the_ledger_has_the_columns_of_a_publication(con: duckdb.DuckDBPyConnection) -> None:
    bring_up_to_date(con)
    columns = con.execute("select column_name from (describe ops.publications)").fetchall()
    assert [name for (name,) in columns] == list(COLUMNS)


@pytest.mark.parametrize("version", EVERY_VERSION)
def test_an_earlier_version_becomes_the_newest(
    con: duckdb.DuckDBPyConnection, version: int
) -> None:
    older(con, version, recorded=True)
    bring_up_to_date(con)
    assert (described(con), constraints(con)) == newest()


@pytest.mark.parametrize("version", range(1, UNRECORDED + 1))
def test_a_file_that_records_no_version_becomes_the_newest(
    con: duckdb.DuckDBPyConnection, version: int
) -> None:
    older(con, version, recorded=False)
    bring_up_to_date(con)
    assert (described(con), constraints(con)) == newest()


@pytest.mark.parametrize("version", EVERY_VERSION)
def test_an_earlier_version_keeps_its_rows(con: duckdb.DuckDBPyConnection, version: int) -> None:
    older(con, version, recorded=False)
    bring_up_to_date(con)
    kept = con.execute(
        "select file_name, rows_loaded, message_key, event from raw.loads cross join ops.outbox"
    ).fetchall()
    assert kept == [("invoices.csv", 10, "k", "opened")]


def test_each_change_is_recorded_once(con: duckdb.DuckDBPyConnection) -> None:
    bring_up_to_date(con)
    bring_up_to_date(con)
    recorded = con.execute("select version, change from ops.schema_version order by 1").fetchall()
    assert recorded == [(migration.number, migration.change) for migration in MIGRATIONS]


def test_a_new_file_has_version_0(con: duckdb.DuckDBPyConnection) -> None:
    assert version_of(con) == 0


def test_a_file_that_a_newer_ebbline_wrote_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    bring_up_to_date(con)
    con.execute("insert into ops.schema_version values (999, 'of another year', '9.9')")
    with pytest.raises(EbblineError, match=f"schema version 999; this ebbline knows {NEWEST}"):
        bring_up_to_date(con)


def test_a_table_of_exports_gets_the_columns_that_the_contract_added(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("create schema raw")
    con.execute("create table raw.plans (plan_id varchar, _load_id bigint)")
    con.execute("insert into raw.plans values ('gold', 1)")
    ensure_raw_tables(con)
    assert con.execute("select plan_id, tier, _load_id from raw.plans").fetchall() == [
        ("gold", None, 1)
    ]


def test_a_column_of_exports_that_was_renamed_keeps_its_values(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("create schema raw")
    con.execute("create table raw.invoices (invoice_id varchar, invoice_status varchar)")
    con.execute("insert into raw.invoices values ('in_1', 'paid')")
    ensure_raw_tables(con)
    assert con.execute("select invoice_id, status from raw.invoices").fetchall() == [
        ("in_1", "paid")
    ]
