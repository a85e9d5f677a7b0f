"""Whether the exports are too old to judge a period: a customer who is not exported yet looks lost."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import duckdb

from dagster_project.period import Period
from dagster_project.red_lines.rules import Rule
from dagster_project.warehouse.introspection import has_table


@dataclass(frozen=True)
class BillingRead:
    """How fresh the marts are: the day on which billing last brought rows, and today."""

    on: date
    today: date


def staleness(rule: Rule, period: Period, read: BillingRead | None) -> str | None:
    """Return why the period is stale: billing was last read too long before it closed.

    Customers whose renewals have merely not been exported yet look lost; that is no reason to wake
    anybody. A period that closes after today can not be fresher than today.
    """
    if rule.max_staleness_days is None or read is None:
        return None
    needed = min(period.end, read.today) - timedelta(days=rule.max_staleness_days)
    if read.on >= needed:
        return None
    return f"billing was last read on {read.on}, too early to judge {period}"


def billing_read_on(con: duckdb.DuckDBPyConnection) -> date | None:
    """Return the day on which billing last brought rows; None where no ledger says so."""
    if not has_table(con, "raw", "loads"):
        return None
    # A file that was delivered again without a change is as fresh as one that brought rows.
    seen = (
        "union all select seen_at from raw.sightings where source = 'billing'"
        if has_table(con, "raw", "sightings")
        else ""
    )
    row = con.execute(
        "select max(started_at) from (select started_at from raw.loads "  # noqa: S608 - own text
        f"where source = 'billing' and rows_loaded > 0 {seen})"
    ).fetchone()
    instant = row[0] if row else None
    return instant.astimezone(UTC).date() if isinstance(instant, datetime) else None
