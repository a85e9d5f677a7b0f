"""What lies behind the figures: changes of plans, reasons, purchases, onboarding, support, value, the score's record.

Of the whole business. A mart that a publication does not hold gives nothing, and its panel is not shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import duckdb

from dagster_project.warehouse.introspection import columns_of

REASONS_SHOWN = 10
PRODUCTS_SHOWN = 8
MONTHS = 12
Row = TypeVar("Row")


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
class Cause:
    """Why MRR of customers who stayed rose and fell in the last twelve months."""

    cause: str
    expansion: float
    contraction: float


@dataclass(frozen=True)
class Commitment:
    """What is known to end and to renew in a month ahead."""

    month: str
    ending: float
    customers_ending: int
    renewing: float
    customers_renewing: int


@dataclass(frozen=True)
class RepeatWindow:
    """Of all buyers whose first purchase is that long ago, who bought again within so many days."""

    days: int
    buyers: int
    repeat_buyers: int


@dataclass(frozen=True)
class FirstProduct:
    """What brings people back: by what they bought first."""

    name: str
    first_buyers: int
    repeat_buyers: int
    amount: float


@dataclass(frozen=True)
class Season:
    """Buyers of a season of last year, and how many of them bought in it again."""

    season: str
    buyers_last_year: int
    bought_again: int
    is_complete: bool


@dataclass(frozen=True)
class Onboarding:
    """Customers of the last twelve months by their first session."""

    first_session: str
    customers: int
    observed: int
    retained: int
    with_value: int


@dataclass(frozen=True)
class SupportMonth:
    """Support in a month."""

    month: str
    tickets: int
    complaints: int
    first_response_hours: float | None
    csat: float | None


@dataclass(frozen=True)
class SupportRisk:
    """How much oftener customers are lost after a bad experience, with the 95 % interval."""

    exposed: int
    exposed_lost: int
    others: int
    others_lost: int
    relative_risk: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Decile:
    """A tenth of the customers, the largest first."""

    decile: int
    customers: int
    mrr: float
    share: float
    cumulative: float
    top_fifth: float | None


@dataclass(frozen=True)
class Benchmark:
    """An industry's retention over the newest year, beside the usual one."""

    industry: str
    customers: int
    retention: float
    benchmark: float | None


@dataclass(frozen=True)
class Backtest:
    """How the score did in past months: of the tenth it flagged, who was lost."""

    horizon: int
    method: str
    flagged: int
    flagged_lost: int
    customers: int
    lost: int

    @property
    def precision(self) -> float | None:
        """Of the flagged, the share that was lost."""
        return self.flagged_lost / self.flagged if self.flagged else None

    @property
    def recall(self) -> float | None:
        """Of the lost, the share that had been flagged."""
        return self.flagged_lost / self.lost if self.lost else None

    @property
    def lift(self) -> float | None:
        """How many times oftener the flagged were lost than all."""
        if self.precision is None or not self.lost:
            return None
        return self.precision / (self.lost / self.customers)


@dataclass(frozen=True)
class Calibration:
    """Customers of a band of the score, and the share of them lost within three months."""

    score_from: int
    customers: int
    lost_share: float


@dataclass(frozen=True)
class Behind:
    """All of it."""

    plan_changes: tuple[PlanChange, ...] = ()
    reasons: tuple[Reason, ...] = ()
    causes: tuple[Cause, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    repeat_windows: tuple[RepeatWindow, ...] = ()
    first_products: tuple[FirstProduct, ...] = ()
    seasons: tuple[Season, ...] = ()
    onboarding: tuple[Onboarding, ...] = ()
    support: tuple[SupportMonth, ...] = ()
    support_risk: tuple[SupportRisk, ...] = ()
    deciles: tuple[Decile, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    backtests: tuple[Backtest, ...] = ()
    calibration: tuple[Calibration, ...] = ()


_PLAN_CHANGES = """
with moves as (
    select
        coalesce(came.product, came.plan_name, plan_from) as product_from,
        coalesce(went.product, went.plan_name, plan_to) as product_to,
        customers,
        mrr_to - mrr_from as mrr_change
    from mart_plan_changes
    left join dim_plans as came on came.plan_id = plan_from
    left join dim_plans as went on went.plan_id = plan_to
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
    limit $products
)
select
    case when product_from in (from largest) then product_from else '(others)' end,
    case when product_to in (from largest) then product_to else '(others)' end,
    sum(customers)::bigint, sum(mrr_change)::double
from moved
group by 1, 2
order by 3 desc, 1, 2
"""
_REASONS = """
select replace(replace(reason, '(none)', 'none given'), '_', ' '), sum(customers_lost)::bigint, sum(mrr_lost)::double
from mart_cancellation_reasons
where grain = 'month' and period_start between $first and $last and dimension = 'all'
group by reason
having sum(customers_lost) > 0
order by 3 desc, 1
limit $reasons
"""
_CAUSES = """
select replace(cause, '_', ' '), sum(mrr_expansion)::double, sum(mrr_contraction)::double
from mart_mrr_causes
where grain = 'month' and period_start between $first and $last and dimension = 'all'
group by cause
having sum(mrr_expansion) + sum(mrr_contraction) > 0
order by sum(mrr_expansion) + sum(mrr_contraction) desc, 1
"""
_COMMITMENTS = """
select strftime(month, '%Y-%m'), mrr_ending::double, customers_ending, mrr_renewing::double, customers_renewing
from mart_committed_mrr
where (select sum(mrr_ending + mrr_renewing) from mart_committed_mrr) > 0
order by month
limit 12
"""
_REPEAT_WINDOWS = """
select window_days, sum(buyers)::bigint, sum(repeat_buyers)::bigint
from mart_repeat_cohorts group by window_days having sum(buyers) > 0 order by window_days
"""
_FIRST_PRODUCTS = """
select coalesce(member_name, member), first_buyers, repeat_buyers, amount_to_date::double
from mart_repeat_products
where level = (select max(level) from mart_repeat_products where member <> '(none)') and member <> '(none)'
order by first_buyers desc, member
limit $products
"""
_SEASONS = """
select
    case month(season_start) when 12 then strftime(season_start, '%B %Y') else strftime(season_start, '%B') end
        || strftime(season_end - interval 1 day, ' to %B %Y'),
    buyers_last_year, bought_again, is_complete
from mart_seasonal_buyers where buyers_last_year > 0 order by season_start desc limit 6
"""
_ONBOARDING = """
select first_session, sum(customers)::bigint, sum(observed_customers)::bigint, sum(retained_customers)::bigint,
    sum(customers_with_value)::bigint
from mart_onboarding
where cohort_month between $first and $last
group by first_session
having sum(customers) > 0 and (select sum(observed_customers) from mart_onboarding) > 0
order by first_session
"""
_SUPPORT = """
select strftime(month, '%Y-%m'), tickets, complaints, median_first_response_hours, csat
from mart_support_topics
where topic = 'all' and month <= $last and {is_complete} and (select sum(tickets) from mart_support_topics) > 0
order by month desc limit 24
"""
_SUPPORT_RISK = """
select exposed, exposed_lost, others, others_lost, relative_risk, relative_risk_low, relative_risk_high
from mart_support_churn where scope = 'all' and exposed > 0
"""
_DECILES = """
select decile, customers, mrr::double, mrr_share, cumulative_mrr_share, top_fifth_share
from mart_value_concentration
where month = (select max(month) from mart_value_concentration where month <= $last) and mrr > 0
order by decile
"""
_BENCHMARKS = """
select coalesce(benchmark, replace(replace(industry, '(none)', 'not given'), '_', ' ')), customers_opening,
    retention_rate, benchmark_rate
from mart_benchmarks
where year_end = (select max(year_end) from mart_benchmarks where benchmark is not null)
    and customers_opening > 0 and retention_rate is not null
order by benchmark is null, customers_opening desc
"""
_BACKTESTS = """
select horizon_months, method, sum(flagged)::bigint, sum(flagged_lost)::bigint, sum(customers)::bigint,
    sum(lost)::bigint
from mart_risk_backtest
group by horizon_months, method
having sum(flagged) > 0 and sum(lost) > 0
order by horizon_months, method <> 'default'
"""
_CALIBRATION = """
select score_from, customer_months, lost_share
from mart_risk_calibration where horizon_months = 3 and customer_months > 0 order by score_from
"""


def read_behind(
    con: duckdb.DuckDBPyConnection, tables: frozenset[str], months: Sequence[date]
) -> Behind:
    """Read it from the publication that is open.

    :param months: complete months, the oldest first; sums are over the last twelve of them.
    """
    if not months:
        return Behind()
    asked = {
        "first": months[-MONTHS:][0],
        "last": months[-1],
        "products": PRODUCTS_SHOWN,
        "reasons": REASONS_SHOWN,
    }

    # an earlier version's support did not say up to where it was covered
    is_said = "is_complete" in columns_of(con, "marts", "mart_support_topics")
    support = _SUPPORT.format(is_complete="is_complete" if is_said else "true")

    def rows(query: str, make: Callable[..., Row], *marts: str) -> tuple[Row, ...]:
        if not tables >= set(marts):
            return ()
        used: dict[str, Any] = {name: asked[name] for name in asked if f"${name}" in query}
        return tuple(make(*row) for row in con.execute(query, used).fetchall())

    return Behind(
        plan_changes=rows(_PLAN_CHANGES, PlanChange, "mart_plan_changes", "dim_plans"),
        reasons=rows(_REASONS, Reason, "mart_cancellation_reasons"),
        causes=rows(_CAUSES, Cause, "mart_mrr_causes"),
        commitments=rows(_COMMITMENTS, Commitment, "mart_committed_mrr"),
        repeat_windows=rows(_REPEAT_WINDOWS, RepeatWindow, "mart_repeat_cohorts"),
        first_products=rows(_FIRST_PRODUCTS, FirstProduct, "mart_repeat_products"),
        seasons=rows(_SEASONS, Season, "mart_seasonal_buyers"),
        onboarding=rows(_ONBOARDING, Onboarding, "mart_onboarding"),
        support=tuple(reversed(rows(support, SupportMonth, "mart_support_topics"))),
        support_risk=rows(_SUPPORT_RISK, SupportRisk, "mart_support_churn"),
        deciles=rows(_DECILES, Decile, "mart_value_concentration"),
        benchmarks=rows(_BENCHMARKS, Benchmark, "mart_benchmarks"),
        backtests=rows(_BACKTESTS, Backtest, "mart_risk_backtest"),
        calibration=rows(_CALIBRATION, Calibration, "mart_risk_calibration"),
    )
