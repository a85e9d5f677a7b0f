"""A simulated company that is delivered day by day, as its exports would be, and built by dbt night after night.

A night brings the rows of its day, and those whose state changed on it again: a subscription that was cancelled,
an invoice that was paid, a ticket that was answered. What else may change is the business of each test.
"""

from copy import copy
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from shutil import copyfile
from typing import Any

import duckdb

from dagster_project import simulate
from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.exports import ensure_raw_tables, load_source
from dagster_project.warehouse.quoting import quote_identifier
from tests.integration.dbt_process import dbt

FIRST_LOADED_AT = datetime(2026, 1, 1, 3, tzinfo=UTC)
SETTINGS: dict[str, Any] = {
    "timezone": "UTC",
    "discounts": "lasting_only",
    "currency_rates": [
        {"currency": currency, "valid_from": None, "rate": rate}
        for currency, rate in (("USD", "1"), ("EUR", "1.08"), ("GBP", "1.27"))
    ],
}

# When a row is first delivered, and what of it is only known from an instant of its own.
_ARRIVES: dict[str, tuple[str, dict[str, str]]] = {
    "contacts": ("contacted_at", {}),
    "customers": ("created_at", {}),
    "events": ("occurred_at", {}),
    "invoice_lines": (
        "issued_at",
        {
            "invoice_status": "case when paid_at > {known} then 'open' else invoice_status end",
            "paid_at": "case when paid_at <= {known} then paid_at end",
        },
    ),
    "orders": ("ordered_at", {}),
    "payments": ("attempted_at", {}),
    "plans": ("timestamptz '2000-01-01 00:00:00+00'", {}),
    "ratings": ("rated_at", {}),
    "subscription_items": (
        "valid_from_at",
        {"valid_to_at": "case when valid_to_at <= {known} then valid_to_at end"},
    ),
    "subscription_periods": (
        "valid_from_on",
        {"valid_to_on": "case when valid_to_on <= {known} then valid_to_on end"},
    ),
    "subscriptions": (
        "started_at",
        {
            "cancel_requested_at": "case when cancel_requested_at <= {known} then cancel_requested_at end",
            "cancellation_reason": "case when cancel_requested_at <= {known} then cancellation_reason end",
            "ended_at": "case when ended_at <= {known} then ended_at end",
        },
    ),
    "tickets": (
        "created_at",
        {
            "first_response_at": "case when first_response_at <= {known} then first_response_at end",
            "solved_at": "case when solved_at <= {known} then solved_at end",
        },
    ),
}
# What the incremental models remember, and what a night found to compute, are not the same in a rebuild.
_OF_THE_NIGHT = {
    "intermediate.incremental_days",
    "intermediate.incremental_loads",
    "intermediate.int_changed_billing_rows",
    "intermediate.int_changed_customers",
}


class Company:
    """One warehouse and the exports that reach it."""

    def __init__(self, folder: Path, shape: str) -> None:
        """Simulate the whole history into ``folder``; nothing of it is delivered yet."""
        self.folder = folder
        self.file = folder / "warehouse.duckdb"
        self.settings = {**SETTINGS, "recurring_from": shape}
        self.until = date.min
        self.load_id = 0
        self._simulate(folder / "exports", folder / "all.duckdb")
        with duckdb.connect(str(self.file)) as con:
            ensure_raw_tables(con)

    def _simulate(self, exports: Path, database: Path) -> None:
        simulate.run(150, 14, 7, "canonical", exports, shape="all", end=date(2025, 8, 20))
        settings = Settings.model_validate({"sources": {"billing": {"path": str(exports)}}})
        with duckdb.connect(str(database)) as con:
            ensure_raw_tables(con)
            for source in ("billing", "support", "usage"):
                load_source(
                    con,
                    source=source,
                    format="canonical",
                    path=exports / source,
                    settings=settings,
                    clock=FixedClock(FIRST_LOADED_AT),
                )

    def copied_to(self, file: Path) -> "Company":
        """Return a company with a warehouse of its own that begins as this one is now."""
        other = copy(self)
        other.file, other.settings = file, dict(self.settings)
        copyfile(self.file, file)
        return other

    def deliver(self, until: date) -> None:
        """Append what is new since the last delivery, up to the end of a day."""
        with self._connected() as con:
            con.execute(f"attach '{self.folder / 'all.duckdb'}' as company (read_only)")
            for table in _ARRIVES:
                before, after = self._known(table, self.until), self._known(table, until)
                self._append(con, table, f"{after} except {before}")
        self.until = until

    def correct(self, table: str, query: str) -> None:
        """Append rows that ``query`` selects from ``raw``; ``_deleted`` may be among its columns."""
        with self._connected() as con:
            self._append(con, table, query)

    def execute(self, statement: str) -> None:
        """Change something that no delivery changes."""
        with self._connected() as con:
            con.execute(statement)

    def build(self, **settings: Any) -> None:
        """Run seeds and models up to the last day delivered."""
        self.settings.update(settings)
        self._build(self.file, full_refresh=False)

    def differences_from_a_rebuild(self) -> dict[str, int]:
        """Return the relations that hold other rows than if all were built from nothing, and how many differ."""
        rebuilt = self.folder / "rebuilt" / self.file.name  # under this name the project is parsed
        rebuilt.parent.mkdir(exist_ok=True)
        copyfile(self.file, rebuilt)
        self._build(rebuilt, full_refresh=True)
        with duckdb.connect(str(self.file), read_only=True) as con:
            con.execute(f"attach '{rebuilt}' as rebuilt (read_only)")
            relations = con.execute(
                """
                select table_schema, table_name from information_schema.tables
                where table_catalog = 'warehouse' and table_schema in ('staging', 'intermediate', 'marts')
                    and table_type = 'BASE TABLE'
                """
            ).fetchall()
            found = {
                f"{schema}.{table}": self._differing_rows(con, f"{schema}.{table}")
                for schema, table in relations
                if f"{schema}.{table}" not in _OF_THE_NIGHT
            }
        return {relation: rows for relation, rows in found.items() if rows}

    def plant(self) -> list[str]:
        """Give one row of every kept table another customer, who is nobody; return these tables."""
        tables = self._kept_tables_with_customers()
        for table, first in tables:
            self.execute(
                f"update {table} set customer_id = 'planted'"
                f" where rowid = (select rowid from {table} order by {first}, customer_id limit 1)"
            )
        return [table for table, _ in tables]

    def planted(self) -> list[str]:
        """Return the kept tables that still hold the planted row."""
        return [
            table
            for table, _ in self._kept_tables_with_customers()
            if self.rows(f"select 1 from {table} where customer_id = 'planted'")
        ]

    def _kept_tables_with_customers(self) -> list[tuple[str, str]]:
        """Return the kept tables that name customers, each with its first column of dates.

        Without those by which days are compared.
        """
        return self.rows(
            """
            select columns.schema_name || '.' || columns.table_name, min_by(columns.column_name, columns.column_index)
            from duckdb_columns() as columns
            where
                columns.table_name in (
                    select model from intermediate.incremental_days where source = 'settings'
                    union
                    select model from intermediate.incremental_loads
                )
                and columns.table_name not in ('int_recurring_periods', 'int_mrr_changes', 'int_piece_terms')
                and columns.data_type = 'DATE'
            group by all
            having columns.schema_name || '.' || columns.table_name in (
                select schema_name || '.' || table_name from duckdb_columns() where column_name = 'customer_id'
            )
            order by all
            """
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what ``query`` selects."""
        with duckdb.connect(str(self.file), read_only=True) as con:
            return con.execute(query).fetchall()

    def _connected(self) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect(str(self.file))
        con.execute("set timezone = 'UTC'")
        return con

    def _known(self, table: str, until: date) -> str:
        arrives, masked = _ARRIVES[table]
        kind = "date" if arrives.endswith("_on") else "timestamptz"
        end = datetime.combine(until, time(23, 59, 59), UTC)
        known = f"{kind} '{until if kind == 'date' else end.isoformat(sep=' ')}'"
        replaced = ", ".join(
            f"{expression.format(known=known)} as {column}" for column, expression in masked.items()
        )
        return (
            f"select {self._columns(table)} from"
            f" (select * {f'replace ({replaced})' if replaced else ''} from company.raw.{table})"
            f" where {arrives} <= {known}"
        )

    def _columns(self, table: str) -> str:
        return ", ".join(
            quote_identifier(name) for name in self._tables[table] if not name.startswith("_")
        )

    @cached_property
    def _tables(self) -> dict[str, list[str]]:
        """The columns of each table of the whole history."""
        with duckdb.connect(str(self.folder / "all.duckdb"), read_only=True) as con:
            return {
                table: [name for name, *_ in con.execute(f"describe raw.{table}").fetchall()]
                for table in _ARRIVES
            }

    def _append(self, con: duckdb.DuckDBPyConnection, table: str, query: str) -> None:
        self.load_id += 1
        loaded_at = FIRST_LOADED_AT + timedelta(hours=self.load_id)
        con.execute(f"create or replace temp table delivered as {query}")
        columns = [name for name, *_ in con.execute("describe delivered").fetchall()]
        kept = [name for name in columns if not name.startswith("_") or name == "_deleted"]
        listed = ", ".join(quote_identifier(name) for name in kept)
        deleted = "" if "_deleted" in kept else ", _deleted"
        con.execute(
            f"insert into raw.{table} ({listed}{deleted}, _load_id, _source_file, _source_row, _loaded_at)"
            f" select {listed}{', false' if deleted else ''}, {self.load_id}, '{table}-{self.load_id}.csv',"
            f" row_number() over (order by {', '.join(f'{name}' for name in map(quote_identifier, kept))}),"
            f" timestamptz '{loaded_at.isoformat(sep=' ')}' from delivered"
        )

    def _build(self, file: Path, *, full_refresh: bool) -> None:
        done = dbt(
            "build",
            *("--resource-type", "seed", "--resource-type", "model"),
            # All that is kept and all it is made of; what is made of that is no different after a night.
            *("--select", "+config.materialized:incremental"),
            *(["--full-refresh"] if full_refresh else []),
            warehouse_db=file,
            target=self.folder / "target",
            variables={**self.settings, "until": self.until.isoformat()},
        )
        assert done.code == 0, done.output[-6000:]
        # The process that ran dbt ends at once: what it wrote may still lie beside the file, and a copy would miss it.
        with duckdb.connect(str(file)) as con:
            con.execute("checkpoint")

    @staticmethod
    def _differing_rows(con: duckdb.DuckDBPyConnection, relation: str) -> int:
        exclude = "exclude (_load_id)" if relation == "intermediate.int_usage_daily" else ""
        ours, theirs = (
            f"select * {exclude} from {name}" for name in (relation, f"rebuilt.{relation}")
        )
        found = con.execute(
            f"select count(*) from (({ours} except all {theirs}) union all ({theirs} except all {ours}))"
        ).fetchone()
        assert found
        return int(found[0])
