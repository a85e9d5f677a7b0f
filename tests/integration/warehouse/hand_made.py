"""A warehouse small enough to check by eye, filled by hand: no exports, no dbt, no validation.

Every mart row of state ``n`` says ``n``, so a mixture of two states can be seen in any of them.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from dagster_project.clock import FixedClock
from dagster_project.config import Calendar, Publish, Settings, Source, Sources
from dagster_project.exports.coverage import read_coverage
from dagster_project.exports.raw_tables import ensure_raw_tables
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication import pending_change, publish
from dagster_project.warehouse.publication_record import Publication

# Nobody's models: an edit of the real ones while tests run is no change of these marts.
NO_CODE = Path(__file__).parent / "no code"
MONTHS = [date(2025, month, 1) for month in range(1, 13)]


def settings_for(root: Path, *, keep: int = 5, until: date = date(2025, 12, 31)) -> Settings:
    """Return settings of a warehouse in ``root``."""
    return Settings(
        sources=Sources(billing=Source(path=str(root / "landing"))),
        warehouse=root,
        calendar=Calendar(until=until),
        publish=Publish(keep=keep),
    )


def clock_at(number: int) -> FixedClock:
    """Return the clock of the run that makes state ``number``: one run a day."""
    return FixedClock(datetime(2026, 1, 1, 3, tzinfo=UTC) + timedelta(days=number))


def load(con: duckdb.DuckDBPyConnection, number: int) -> None:
    """Enter a file of state ``number`` into the load ledger, once."""
    ensure_raw_tables(con)
    con.execute(
        """
        insert into raw.loads by name
        select
            ?::bigint as load_id, 'billing' as source, 'customers-' || ? || '.csv' as file_name,
            'customers' as table_name, 'canonical' as format, 100 as size_bytes,
            'hash-' || ? as content_hash, 1 as rows_read, 1 as rows_loaded, 0 as rows_unchanged,
            0 as rows_quarantined, ?::timestamptz as started_at, 0.1 as duration_seconds,
            'loaded' as outcome
        where not exists (from raw.loads where load_id = ?)
        """,
        [number, number, number, clock_at(number).now(), number],
    )


def build_marts(con: duckdb.DuckDBPyConnection, number: int) -> None:
    """Build the marts of state ``number``, table by table as dbt does."""
    con.execute("create schema if not exists marts")
    con.execute(
        """
        create or replace table marts.fct_customer_months as
        select
            'customer ' || customer as customer_id, month::date as month,
            (customer * 10)::decimal(18, 2) as mrr_opening,
            (customer * 10 + ?)::decimal(18, 2) as mrr_closing,
            'retained' as status, ?::integer as state
        from range(1, 21) as customers (customer)
        cross join (select unnest(?::date[]) as month)
        """,
        [number, number, MONTHS],
    )
    con.execute(
        """
        create or replace view marts.mart_revenue_periods as
        select
            'month' as grain, month as period_start, 'all' as dimension, 'all' as member,
            sum(mrr_closing) as mrr_closing, any_value(state) as state
        from marts.fct_customer_months group by all
        """
    )
    con.execute(
        """
        create or replace table marts.metrics as
        select
            'mrr_closing' as metric, grain, period_start, dimension, member,
            mrr_closing::double as numerator, 1.0::double as denominator,
            mrr_closing::double as value, state
        from marts.mart_revenue_periods
        """
    )


def publish_state(root: Path, number: int, *, keep: int = 5) -> Publication | None:
    """Load, build and publish state ``number``; None when the last publication stands."""
    paths, settings = WarehousePaths(root), settings_for(root, keep=keep)
    with open_warehouse(paths) as con:
        load(con, number)
        coverage = read_coverage(con, settings, clock_at(number))
        pending = pending_change(con, settings=settings, coverage=coverage, project=NO_CODE)
        if not pending:
            return None
        build_marts(con, number)
    return publish(
        paths,
        settings=settings,
        clock=clock_at(number),
        coverage=coverage,
        validation_summary={"checks": 3},
        project=NO_CODE,
    )


def state_in(con: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Return publication id and state of an open ``marts.duckdb``, having looked at every row.

    :raises AssertionError: tables of two states, or not every table whole.
    """
    tables = ("fct_customer_months", "mart_revenue_periods", "metrics")
    seen = {
        number
        for table in tables
        for (number,) in con.execute(f"select distinct state from marts.{table}").fetchall()
    }
    assert len(seen) == 1, f"rows of several states: {sorted(seen)}"
    row = con.execute(
        "select (select count(*) from marts.fct_customer_months), id from marts.publication"
    ).fetchall()
    assert len(row) == 1 and row[0][0] == 20 * len(MONTHS), f"not whole: {row}"
    return row[0][1], seen.pop()
