"""What the report shows, read from a publication as typed values. Drawing is elsewhere.

Only the published marts are read. A mart that a publication does not hold is an empty section, since
a report of an old publication must still open.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.warehouse.serving import open_marts

MONTHS_SHOWN = 36
COHORTS_SHOWN = 24
MEMBERS_SHOWN = 12
SEGMENTS_SHOWN = ("plan", "country")


@dataclass(frozen=True)
class Publication:
    """Which numbers these are.

    :param built_at: UTC.
    :param settings: the settings that change numbers, as published.
    """

    id: str
    built_at: datetime
    until: date | None
    as_of: date | None
    settings: dict[str, Any]
    validation: dict[str, Any]
    input_files: int

    @property
    def currency(self) -> str:
        """The reporting currency."""
        return str(self.settings.get("currency", {}).get("reporting", ""))


@dataclass(frozen=True)
class Month:
    """A complete month of the whole business; money in the reporting currency, rates as fractions."""

    month: date
    customers_opening: int
    customers_closing: int
    customers_lost: int
    customers_new: int
    customers_reactivated: int
    churn_rate: float | None
    retention_rate: float | None
    mrr_opening: float
    mrr_new: float
    mrr_reactivation: float
    mrr_expansion: float
    mrr_contraction: float
    mrr_churn: float
    mrr_closing: float
    ndr: float | None
    grr: float | None
    ndr_12m: float | None
    grr_12m: float | None
    arpa: float | None
    ltv: float | None
    upgrades: int
    downgrades: int

    @property
    def label(self) -> str:
        """The month as ``2026-03``."""
        return f"{self.month:%Y-%m}"

    @property
    def net(self) -> float:
        """What the movements add up to."""
        return (
            self.mrr_new
            + self.mrr_reactivation
            + self.mrr_expansion
            - self.mrr_contraction
            - self.mrr_churn
        )


@dataclass(frozen=True)
class CohortCell:
    """A cohort at an age in months: customers and the share of them or of their MRR that is left."""

    kind: str
    cohort: str
    age: int
    customers: int
    left: float
    share: float | None


@dataclass(frozen=True)
class PlanChange:
    """Customers who went from one plan to another in the months shown."""

    from_plan: str
    to_plan: str
    customers: int
    mrr_change: float


@dataclass(frozen=True)
class RepeatMonth:
    """Repeat purchases to the end of a month, and of the buyers of that month."""

    label: str
    repeat_customer_rate: float | None
    returning_rate: float | None
    buyers: int


@dataclass(frozen=True)
class Member:
    """The newest complete month of one member of a dimension."""

    name: str
    customers_opening: int
    customers_closing: int
    customers_lost: int
    churn_rate: float | None
    mrr_closing: float
    mrr_churn: float
    ndr: float | None


@dataclass(frozen=True)
class RedLinePeriod:
    """One cell of a red line's history."""

    label: str
    breached: bool | None
    detail: str


@dataclass(frozen=True)
class RedLine:
    """A red line in one segment, with its history up to the newest complete period."""

    rule: str
    sentence: str
    segment: str
    severity: str
    metric: str
    line: float | None
    history: tuple[RedLinePeriod, ...]

    @property
    def now(self) -> RedLinePeriod:
        """The newest complete period."""
        return self.history[-1]

    @property
    def state(self) -> str:
        """``crossed``, ``clear`` or ``unknown``."""
        if self.now.breached is None:
            return "unknown"
        return "crossed" if self.now.breached else "clear"

    @property
    def crossed_before(self) -> int:
        """Earlier periods in which it was crossed."""
        return sum(period.breached is True for period in self.history[:-1])


@dataclass(frozen=True)
class OpenIncident:
    """An incident that is not resolved."""

    incident_id: str
    state: str
    severity: str
    since: str
    periods: int
    detail: str


@dataclass(frozen=True)
class Figures:
    """Everything on the page."""

    publication: Publication | None
    months: tuple[Month, ...] = ()
    cohorts: tuple[CohortCell, ...] = ()
    plan_changes: tuple[PlanChange, ...] = ()
    repeat: tuple[RepeatMonth, ...] = ()
    members: dict[str, tuple[Member, ...]] = field(default_factory=dict)
    red_lines: tuple[RedLine, ...] = ()
    incidents: tuple[OpenIncident, ...] = ()
    running_month: str = ""


def read_figures(marts_db: Path) -> Figures:
    """Read everything the page shows from a published file.

    :raises duckdb.IOException: there is no such file.
    """
    with open_marts(marts_db) as con:
        columns = _columns(con)
        months = _months(con) if "mart_revenue_periods" in columns else ()
        newest = months[-1].month if months else None
        return Figures(
            publication=_publication(con) if "publication" in columns else None,
            months=months,
            cohorts=_cohorts(con) if "mart_cohorts" in columns else (),
            plan_changes=_plan_changes(con, columns.get("mart_plan_changes", frozenset()), months),
            repeat=_repeat(con) if "mart_repeat_rate" in columns else (),
            members=_members(con, newest) if newest else {},
            red_lines=_red_lines(con) if "red_line_status" in columns else (),
            incidents=_incidents(con) if "alert_incidents" in columns else (),
            running_month=_running(con) if "mart_revenue_periods" in columns else "",
        )


def _columns(con: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    """Return the tables of the publication that hold anything, with their columns."""
    rows = con.execute(
        "select table_name, list(column_name) from information_schema.columns "
        "where table_catalog = 'published' and table_schema = 'marts' group by table_name"
    ).fetchall()
    return {table: frozenset(names) for table, names in rows}


def _publication(con: duckdb.DuckDBPyConnection) -> Publication | None:
    row = con.execute(
        "select id, built_at, until, as_of, settings, validation, "
        "json_array_length(input_files) from marts.publication"
    ).fetchone()
    if row is None:
        return None
    return Publication(
        str(row[0]), row[1], row[2], row[3], json.loads(row[4]), json.loads(row[5]), row[6]
    )


def _months(con: duckdb.DuckDBPyConnection) -> tuple[Month, ...]:
    rows = con.execute(
        """
        select
            period_start, customers_opening, customers_closing, customers_lost, customers_new,
            customers_reactivated, churn_rate, retention_rate, mrr_opening::double, mrr_new::double,
            mrr_reactivation::double, mrr_expansion::double, mrr_contraction::double,
            mrr_churn::double, mrr_closing::double, ndr, grr, ndr_12m, grr_12m, arpa::double,
            ltv::double, upgrades, downgrades
        from marts.mart_revenue_periods
        where grain = 'month' and is_complete and dimension = 'all'
        order by period_start desc
        limit ?
        """,
        [MONTHS_SHOWN],
    ).fetchall()
    return tuple(Month(*row) for row in reversed(rows))


def _running(con: duckdb.DuckDBPyConnection) -> str:
    row = con.execute(
        "select max(period_start) from marts.mart_revenue_periods "
        "where grain = 'month' and not is_complete and dimension = 'all'"
    ).fetchone()
    return f"{row[0]:%Y-%m}" if row and row[0] else ""


def _cohorts(con: duckdb.DuckDBPyConnection) -> tuple[CohortCell, ...]:
    rows = con.execute(
        """
        with newest as (
            select kind, cohort_month from marts.mart_cohorts
            where kind in ('logo', 'revenue')
            group by kind, cohort_month
            qualify row_number() over (partition by kind order by cohort_month desc) <= ?
        )
        select
            kind, strftime(cohort_month, '%Y-%m'), age_months, cohort_customers,
            case kind when 'revenue' then mrr::double else active_customers::double end,
            case kind when 'revenue' then mrr_share::double else active_share::double end
        from marts.mart_cohorts inner join newest using (kind, cohort_month)
        order by kind, cohort_month, age_months
        """,
        [COHORTS_SHOWN],
    ).fetchall()
    return tuple(CohortCell(*row) for row in rows)


def _plan_changes(
    con: duckdb.DuckDBPyConnection, columns: frozenset[str], months: Sequence[Month]
) -> tuple[PlanChange, ...]:
    if not {"period_start", "from_plan_id", "to_plan_id", "customers"} <= columns or not months:
        return ()
    money = "sum(mrr_change)::double" if "mrr_change" in columns else "0.0"
    rows = con.execute(
        f"""
        select from_plan_id, to_plan_id, sum(customers)::bigint, {money}
        from marts.mart_plan_changes
        where grain = 'month' and period_start between ? and ? and from_plan_id <> to_plan_id
        group by all
        order by 3 desc, 1, 2
        """,  # noqa: S608 - one of two expressions above
        [months[-12:][0].month, months[-1].month],
    ).fetchall()
    return tuple(PlanChange(*row) for row in rows)


def _repeat(con: duckdb.DuckDBPyConnection) -> tuple[RepeatMonth, ...]:
    rows = con.execute(
        """
        select strftime(period_start, '%Y-%m'), repeat_customer_rate::double,
            returning_rate::double, buyers
        from marts.mart_repeat_rate
        where grain = 'month' and is_complete and dimension = 'all'
        order by period_start desc
        limit ?
        """,
        [MONTHS_SHOWN],
    ).fetchall()
    return tuple(RepeatMonth(*row) for row in reversed(rows))


def _members(con: duckdb.DuckDBPyConnection, newest: date) -> dict[str, tuple[Member, ...]]:
    found: dict[str, tuple[Member, ...]] = {}
    for dimension in SEGMENTS_SHOWN:
        rows = con.execute(
            """
            select
                member, customers_opening, customers_closing, customers_lost, churn_rate,
                mrr_closing::double, mrr_churn::double, ndr
            from marts.mart_revenue_periods
            where grain = 'month' and period_start = ? and dimension = ?
                and (customers_opening > 0 or customers_closing > 0)
            order by mrr_closing desc, member
            limit ?
            """,
            [newest, dimension, MEMBERS_SHOWN],
        ).fetchall()
        if rows:
            found[dimension] = tuple(Member(*row) for row in rows)
    return found


def _red_lines(con: duckdb.DuckDBPyConnection) -> tuple[RedLine, ...]:
    rows = con.execute(
        """
        select
            rule, any_value(sentence), segment, any_value(severity), any_value(metric),
            max_by(line, period)::double,
            list(
                {
                    'label': case grain
                        when 'year' then strftime(period, '%Y')
                        when 'quarter' then strftime(period, '%Y-Q') || quarter(period)
                        else strftime(period, '%Y-%m')
                    end,
                    'breached': breached,
                    'detail': detail
                } order by period
            )
        from marts.red_line_status
        group by rule, segment
        order by min(rowid)
        """
    ).fetchall()
    return tuple(
        RedLine(*row[:-1], tuple(RedLinePeriod(**cell) for cell in row[-1][-MONTHS_SHOWN:]))
        for row in rows
    )


def _incidents(con: duckdb.DuckDBPyConnection) -> tuple[OpenIncident, ...]:
    rows = con.execute(
        """
        select incident_id, state, severity, strftime(since, '%Y-%m'), periods, detail
        from marts.alert_incidents
        where state <> 'resolved'
        order by severity, opened_at, incident_id
        """
    ).fetchall()
    return tuple(OpenIncident(*row) for row in rows)
