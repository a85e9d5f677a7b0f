"""Small marts made by hand: only the columns a red line reads, one row per period."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.red_lines import RedLineStatus, Rule, evaluate, load_rules
from dagster_project.warehouse.schema import bring_up_to_date

COLUMNS = {
    "grain": "varchar",
    "period_start": "date",
    "period_end": "date",
    "is_complete": "boolean",
    "dimension": "varchar",
    "member": "varchar",
    "customers_opening": "bigint",
    "customers_lost": "bigint",
    "customers_new": "bigint",
    "churn_rate": "double",
    "upgrades": "bigint",
    "downgrades": "bigint",
    "ltv": "decimal(18,2)",
    "mrr_churn": "decimal(18,2)",
    "mrr_contraction": "decimal(18,2)",
    "mrr_closing": "decimal(18,2)",
    "ndr": "double",
    "mrr_opening": "decimal(18,2)",
}
QUIET = {
    "customers_opening": 100,
    "customers_lost": 1,
    "customers_new": 5,
    "churn_rate": 0.01,
    "upgrades": 3,
    "downgrades": 1,
    "ltv": 1000,
    "mrr_churn": 50,
    "mrr_contraction": 10,
    "mrr_closing": 10_000,
    "ndr": 1.02,
    "mrr_opening": 10_000,
}


@dataclass
class Marts:
    """A database with a churn mart, filled month by month."""

    con: duckdb.DuckDBPyConnection

    def month(self, start: str, dimension: str = "all", member: str = "all", **values: Any) -> None:
        """Add (or replace) a complete month; what is not given is a quiet month's value."""
        first = date.fromisoformat(f"{start}-01")
        after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        row = {
            "grain": "month",
            "period_start": first,
            "period_end": after,
            "is_complete": True,
            "dimension": dimension,
            "member": member,
            **QUIET,
            **values,
        }
        self.con.execute(
            "delete from marts.mart_churn_periods "
            "where period_start = ? and dimension = ? and member = ?",
            [first, dimension, member],
        )
        marks = ", ".join("?" for _ in COLUMNS)
        self.con.execute(
            f"insert into marts.mart_churn_periods values ({marks})", [row[c] for c in COLUMNS]
        )

    def judge(
        self, rules: tuple[Rule, ...], until: str, now: str | None = None
    ) -> tuple[RedLineStatus, ...]:
        """Evaluate as of the evening of a day."""
        today = datetime.fromisoformat(now or until).replace(hour=20, tzinfo=UTC)
        return evaluate(self.con, rules, clock=FixedClock(today), until=date.fromisoformat(until))

    def publish(self, until: str) -> None:
        """Say that publication 7 covers the time until that day."""
        self.con.execute(
            "create or replace table marts.publication as select 7 as id, ?::date as until", [until]
        )

    def billing_read(self, day: str) -> None:
        """Say that billing last brought rows that day."""
        instant = datetime.fromisoformat(day).replace(tzinfo=UTC)
        self.con.execute(
            """
            insert into raw.loads by name
            select
                1 as load_id, 'billing' as source, 'invoices.csv' as file_name,
                'invoice_lines' as table_name, 'canonical' as format, 10 as rows_read,
                10 as rows_loaded, 0 as rows_unchanged, 0 as rows_quarantined,
                ?::timestamptz as started_at, 0.1 as duration_seconds, 'loaded' as outcome
            """,
            [instant],
        )


def churn_marts(con: duckdb.DuckDBPyConnection) -> Marts:
    """Make an empty churn mart in a new working database."""
    con.execute("set timezone = 'UTC'")
    bring_up_to_date(con)
    con.execute("create schema marts")
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    con.execute(f"create table marts.mart_churn_periods ({columns})")
    return Marts(con)


@pytest.fixture
def marts() -> Iterator[Marts]:
    with duckdb.connect() as con:
        yield churn_marts(con)


@pytest.fixture
def settings() -> Callable[..., Settings]:
    def make(**values: Any) -> Settings:
        return Settings.model_validate({"sources": {"billing": {"path": "x"}}, **values})

    return make


@pytest.fixture
def defaults(settings: Callable[..., Settings]) -> dict[str, Rule]:
    return {rule.name: rule for rule in load_rules(settings())}
