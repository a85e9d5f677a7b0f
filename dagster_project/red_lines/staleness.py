"""Whether the exports are too old to judge a period: a customer who is not exported yet looks lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, timedelta

import duckdb

from dagster_project.period import Period
from dagster_project.red_lines.rules import Rule
from dagster_project.warehouse.introspection import has_table


@dataclass(frozen=True)
class LastReads:
    """How fresh the marts are: by source the day on which it last brought rows, and today."""

    on: Mapping[str, date]
    today: date


def staleness(rule: Rule, period: Period, reads: LastReads | None) -> str | None:
    """Return why the period is stale: a source of its figures was last read too long before it closed.

    Customers whose renewals have merely not been exported yet look lost; that is no reason to wake
    anybody. A period that closes after today can not be fresher than today.
    """
    if rule.max_staleness_days is None or reads is None:
        return None
    needed = min(period.end, reads.today) - timedelta(days=rule.max_staleness_days)
    for source in rule.subject.sources:
        if source in reads.on and reads.on[source] < needed:
            return f"{source} was last read on {reads.on[source]}, too early to judge {period}"
    return None


def last_reads(con: duckdb.DuckDBPyConnection, today: date) -> LastReads:
    """Return the day on which each source last brought rows; none where no ledger says so."""
    if not has_table(con, "raw", "loads"):
        return LastReads({}, today)
    # A file that was delivered again without a change is as fresh as one that brought rows.
    seen = (
        "union all select source, seen_at from raw.sightings"
        if has_table(con, "raw", "sightings")
        else ""
    )
    rows = con.execute(
        "select source, max(started_at) from (select source, started_at from raw.loads "  # noqa: S608 - own text
        f"where rows_loaded > 0 {seen}) group by source"
    ).fetchall()
    return LastReads(
        {str(source): instant.astimezone(UTC).date() for source, instant in rows}, today
    )
