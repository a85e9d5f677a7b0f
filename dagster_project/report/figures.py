"""What the report shows, read from a publication as typed values. Drawing is elsewhere.

Only the published marts are read. A mart that a publication does not hold is an empty
section, since a report of an old publication must still open.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.warehouse.introspection import tables_of
from dagster_project.warehouse.serving import open_marts

MONTHS_SHOWN = 36
COHORTS_SHOWN = 24
MEMBERS_SHOWN = 12
REASONS_SHOWN = 10
PRODUCTS_SHOWN = 8
SEGMENTS_SHOWN = ("plan", "country")
_PLAN_MARTS = {"mart_plan_changes", "dim_plans"}


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
    def checks(self) -> str:
        """How many checks of the validation passed, such as ``311 of 312``; empty when not told."""
        if not {"checks", "passed"} <= self.validation.keys():
            return ""
        return f"{self.validation['passed']} of {self.validation['checks']}"

    @property
    def currency(self) -> str:
        """The reporting currency."""
        return str(self.settings.get("currency", {}).get("reporting", ""))


@dataclass(frozen=True)
class Month:
    """A complete month of the whole business; money in the reporting currency, rates fractions."""

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
    fx: float
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
            + self.fx
        )


@dataclass(frozen=True)
class CohortCell:
    """A cohort at an age in months, and the share of its customers or MRR that is left."""

    kind: str
    cohort: str
    age: int
    customers: int
    left: float
    share: float | None


@dataclass(frozen=True)
class PlanChange:
    """Customers who went from one product to another in the last twelve months."""

    from_product: str
    to_product: str
    customers: int
    mrr_change: float


@dataclass(frozen=True)
class Reason:
    """Why customers left in the last twelve months."""

    reason: str
    customers_lost: int
    mrr_lost: float


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
    reasons: tuple[Reason, ...] = ()
    repeat: tuple[RepeatMonth, ...] = ()
    members: dict[str, tuple[Member, ...]] = field(default_factory=dict)
    red_lines: tuple[RedLine, ...] = ()
    incidents: tuple[OpenIncident, ...] = ()
    running_month: str = ""


def read_figures(marts_db: Path) -> Figures:
    """Read everything the page shows from a published file.

    :raises EbblineError: there is no such file, or it is no publication.
    """
    with open_marts(marts_db) as con:
        tables = _tables(con)
        months = _months(con) if "mart_revenue_periods" in tables else ()
        newest = months[-1].month if months else None
        year = tuple(month.month for month in months[-12:])
        return Figures(
            publication=_publication(con) if "publication" in tables else None,
            months=months,
            cohorts=_cohorts(con) if "mart_cohorts" in tables else (),
            plan_changes=_plan_changes(con, year) if tables >= _PLAN_MARTS and year else (),
            reasons=_reasons(con, year) if "mart_cancellation_reasons" in tables and year else (),
            repeat=_repeat(con) if "mart_repeat_rate" in tables else (),
            members=_members(con, newest, _plan_names(con, tables)) if newest else {},
            red_lines=_red_lines(con) if "red_line_status" in tables else (),
            incidents=_incidents(con) if "alert_incidents" in tables else (),
            running_month=_running(con) if "mart_revenue_periods" in tables else "",
        )


def _tables(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    return frozenset(tables_of(con, "marts", database="published"))


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
            mrr_churn::double, fx::double, mrr_closing::double, ndr, grr, ndr_12m, grr_12m,
            arpa::double, ltv::double, upgrades, downgrades
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


def _plan_changes(con: duckdb.DuckDBPyConnection, months: Sequence[date]) -> tuple[PlanChange, ...]:
    """Return moves between products: with a price per currency, plans are too many to draw.

    Products that few customers moved between are gathered under one name.
    """
    rows = con.execute(
        """
        with moves as (
            select
                coalesce(came.product, came.plan_name, plan_from) as product_from,
                coalesce(went.product, went.plan_name, plan_to) as product_to,
                customers,
                mrr_to - mrr_from as mrr_change
            from marts.mart_plan_changes
            left join marts.dim_plans as came on came.plan_id = plan_from
            left join marts.dim_plans as went on went.plan_id = plan_to
            where grain = 'month' and period_start between $first and $last
                and plan_from <> plan_to and movement in ('upgrade', 'downgrade', 'new_terms', 'unchanged')
        ),
        moved as (select * from moves where product_from <> product_to),
        largest as (
            select product
            from (
                select product_from as product, customers from moved
                union all
                select product_to, customers from moved
            )
            group by product
            order by sum(customers) desc, product
            limit $shown
        )
        select
            case when product_from in (from largest) then product_from else '(others)' end,
            case when product_to in (from largest) then product_to else '(others)' end,
            sum(customers)::bigint, sum(mrr_change)::double
        from moved
        group by 1, 2
        order by 3 desc, 1, 2
        """,
        {"first": months[0], "last": months[-1], "shown": PRODUCTS_SHOWN},
    ).fetchall()
    return tuple(PlanChange(*row) for row in rows)


def _reasons(con: duckdb.DuckDBPyConnection, months: Sequence[date]) -> tuple[Reason, ...]:
    rows = con.execute(
        """
        select replace(reason, '_', ' '), sum(customers_lost)::bigint, sum(mrr_lost)::double
        from marts.mart_cancellation_reasons
        where grain = 'month' and period_start between ? and ? and dimension = 'all'
        group by reason
        order by 3 desc, 1
        limit ?
        """,
        [months[0], months[-1], REASONS_SHOWN],
    ).fetchall()
    return tuple(Reason(*row) for row in rows)


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


def _members(
    con: duckdb.DuckDBPyConnection, newest: date, plan_names: Mapping[str, str]
) -> dict[str, tuple[Member, ...]]:
    found: dict[str, tuple[Member, ...]] = {}
    for dimension in SEGMENTS_SHOWN:
        rows = con.execute(
            """
            select
                member, customers_opening, customers_closing, customers_lost, churn_rate,
                mrr_closing::double, ndr
            from marts.mart_revenue_periods
            where grain = 'month' and period_start = ? and dimension = ?
                and (customers_opening > 0 or customers_closing > 0)
            order by mrr_closing desc, member
            limit ?
            """,
            [newest, dimension, MEMBERS_SHOWN],
        ).fetchall()
        if rows:
            names = plan_names if dimension == "plan" else {}
            found[dimension] = tuple(
                Member(names.get(member, member), *figures) for member, *figures in rows
            )
    return found


def _plan_names(con: duckdb.DuckDBPyConnection, tables: frozenset[str]) -> dict[str, str]:
    """Return what people call the plans, by id."""
    if "dim_plans" not in tables:
        return {}
    return dict(con.execute("select plan_id, plan_name from marts.dim_plans").fetchall())


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
        from (select *, row_number() over () as place from marts.red_line_status)
        group by rule, segment
        order by min(place)
        """
    ).fetchall()
    return tuple(
        RedLine(
            rule,
            sentence,
            segment,
            severity,
            metric,
            line,
            tuple(RedLinePeriod(**cell) for cell in history[-MONTHS_SHOWN:]),
        )
        for rule, sentence, segment, severity, metric, line, history in rows
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
