"""Published marts made by hand: two and a half years of a small company, in one file."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dagster_project.report import build

_MARTS = """
create schema marts;
create table marts.publication as
select 7::bigint as id, timestamptz '2026-07-01 03:12:45+00' as built_at, null::date as as_of,
    date '2026-06-30' as until,
    '{"calendar": {"timezone": "Europe/Berlin", "until": "yesterday"},
      "currency": {"reporting": "EUR", "rates": {"USD": "0.92"}},
      "billing": {"churn_recognition": "period_end", "dunning_days": 30},
      "dimensions": ["plan", "country"]}'::json as settings,
    '[{}, {}, {}]'::json as input_files,
    '{"checks": 312, "passed": 311, "warnings": ["x"]}'::json as validation;

create table marts.mart_revenue_periods as
with recursive months as (
    select 0 as n, 60::bigint as opening, 6000.0::double as mrr
    union all
    select n + 1, opening + 12 + n % 5 - (4 + n % 4 + case when n % 9 = 8 then 12 else 0 end),
        mrr + 1700 + 90 * n - 620 - (n % 9 = 8)::int * 2200 - 9 * n
    from months where n < 30
),
shaped as (
    select *, (date '2024-01-01' + to_months(n))::date as period_start,
        4 + n % 4 + case when n % 9 = 8 then 12 else 0 end as lost, 11 + n % 5 as new, 1 as back
    from months
)
select 'month' as grain, period_start, (period_start + interval 1 month)::date as period_end,
    n < 30 as is_complete, 'all' as dimension, 'all' as member,
    opening as customers_opening, opening + new + back - lost as customers_closing,
    opening - lost as customers_retained, lost as customers_lost, new as customers_new,
    back as customers_reactivated, lost / opening as churn_rate,
    1 - lost / opening as retention_rate,
    mrr::decimal(18, 2) as mrr_opening, (1200 + 60 * n)::decimal(18, 2) as mrr_new,
    100::decimal(18, 2) as mrr_reactivation, (400 + 30 * n)::decimal(18, 2) as mrr_expansion,
    (120 + 9 * n)::decimal(18, 2) as mrr_contraction,
    (500 + (n % 9 = 8)::int * 2200)::decimal(18, 2) as mrr_churn, 0::decimal(18, 2) as fx,
    (mrr + 1700 + 90 * n - 620 - (n % 9 = 8)::int * 2200 - 9 * n)::decimal(18, 2) as mrr_closing,
    1.01 - (n % 9 = 8)::int * 0.1 as ndr, 0.94 - (n % 9 = 8)::int * 0.1 as grr,
    case when n >= 12 then 1.04 + 0.01 * sin(n) end as ndr_12m,
    case when n >= 12 then 0.83 + 0.01 * cos(n) end as grr_12m,
    ((mrr + 1000) / opening)::decimal(18, 2) as arpa,
    case when n > 2 then (2600 - 400 * (n % 9 = 8)::int + 12 * n)::decimal(18, 2) end as ltv,
    3 + n % 4 as upgrades, 1 + n % 3 + (n % 11 = 7)::int * 5 as downgrades,
    0::decimal(18, 2) as transfer_in, 0::decimal(18, 2) as transfer_out,
    12 * mrr_closing as arr, mrr_closing - mrr_opening as net_new_mrr,
    mrr_new as movements_new, mrr_reactivation as movements_reactivation,
    mrr_expansion as movements_expansion, mrr_contraction as movements_contraction,
    mrr_churn as movements_churn
from shaped
union all
select 'month', date '2026-06-01', date '2026-07-01', true, dimension, member,
    40, 44, 38, 2, 5, 1, 0.03125, 0.96875, 4000, 500, 20, 90, 30, 180, 0, 4400, 1.0, 0.95, 1.02, 0.9, 100,
    2000, 2, 1, 0, 0, 52800, 400, 500, 20, 90, 30, 180
from (
    values ('plan', 'Team'), ('plan', 'Business'), ('country', 'DE'), ('country', '<b>FR</b>'),
        ('region', 'the only one')
) as segments (dimension, member);

create table marts.dim_plans as
select plan_id, product, plan_name
from (
    values ('Team', 'Team', 'Team, monthly'), ('Business', 'Business', 'Business, a year'),
    ('Start', null, 'Starter')
) as plans (plan_id, product, plan_name);

create table marts.mart_plan_changes as
select 'month' as grain, date '2026-05-01' as period_start, true as is_complete, plan_from,
    plan_to, movement, customers, mrr_from::decimal(18, 2) as mrr_from,
    mrr_to::decimal(18, 2) as mrr_to
from (
    values ('Start', 'Team', 'upgrade', 9, 450, 900), ('Team', 'Business', 'upgrade', 5, 500, 1250),
    ('Business', 'Team', 'downgrade', 3, 750, 300), ('Team', 'Start', 'downgrade', 2, 200, 100),
    ('Team', 'Team', 'unchanged', 80, 8000, 8000),
    ('Team', '(not a customer)', 'churn', 4, 400, 0)
) as changes (plan_from, plan_to, movement, customers, mrr_from, mrr_to);

create table marts.mart_cancellation_reasons as
select 'month' as grain, date '2026-05-01' as period_start, 'all' as dimension, 'all' as member,
    reason, customers_lost, mrr_lost::decimal(18, 2) as mrr_lost
from (
    values ('too_expensive', 14, 2100), ('missing_features', 9, 1650), ('involuntary', 7, 820),
    ('switched_service', 3, 610), ('(none)', 5, 340)
) as reasons (reason, customers_lost, mrr_lost);

create table marts.mart_cohorts as
select kind, (date '2024-07-01' + to_months(c))::date as cohort_month, a as age_months,
    12 + c % 5 as cohort_customers, greatest(0, 12 + c % 5 - a // 3) as active_customers,
    greatest(0, 12 + c % 5 - a // 3) / (12 + c % 5) as active_share,
    1200::decimal(18, 2) as cohort_mrr,
    (1200 * (1 + 0.02 * (c % 3) * a - 0.015 * a))::decimal(18, 2) as mrr,
    1 + 0.02 * (c % 3) * a - 0.015 * a as mrr_share
from range(24) as cohorts (c), range(24) as ages (a), (values ('logo'), ('revenue')) as kinds (kind)
where c + a < 24;

create table marts.mart_segment_cohorts as
select kind, 'country' as dimension, 'DE' as member, cohort_month, age_months, cohort_customers,
    active_customers, cohort_mrr, mrr
from marts.mart_cohorts where cohort_month >= date '2026-01-01';

create table marts.mart_repeat_rate as
select 'month' as grain, period_start, is_complete, 'all' as dimension, 'all' as member,
    400 + 20 * row_number() over (order by period_start) as buyers_to_date,
    100 + row_number() over (order by period_start) as buyers,
    0.2 + 0.004 * row_number() over (order by period_start) as repeat_customer_rate,
    0.3 + 0.03 * sin(row_number() over (order by period_start)) as returning_rate
from marts.mart_revenue_periods where dimension = 'all';

create table marts.red_line_status as
select rule, period_start as period, 'all' as segment, value, line,
    case when value is not null then value > line end as breached,
    case when value > line then 'crossed' else 'clear' end as status, 'month' as grain, severity,
    metric, sentence, 1 as running, period_start = date '2026-06-01' as is_latest,
    round(value, 3) || ' against ' || round(line, 3) as detail
from (
    select 'lost_above_new' as rule, period_start, customers_lost::double as value,
        customers_new::double as line, 'page' as severity, 'customers_lost' as metric,
        'customers lost above new customers' as sentence
    from marts.mart_revenue_periods where dimension = 'all' and is_complete
    union all
    select 'churn_above', period_start, churn_rate, 0.1, 'page', 'churn_rate',
        'churn rate above 10 %'
    from marts.mart_revenue_periods where dimension = 'all' and is_complete
    union all
    select 'ltv_falling', period_start, ltv::double,
        (lag(ltv) over (order by period_start))::double + 400, 'warning', 'ltv',
        'LTV falling, 3 months running'
    from marts.mart_revenue_periods where dimension = 'all' and is_complete
    union all
    select 'downgrades_above_upgrades', period_start, downgrades::double, upgrades - 2.5,
        'warning', 'downgrades', 'downgrades above upgrades'
    from marts.mart_revenue_periods where dimension = 'all' and is_complete
)
order by array_position(
    ['lost_above_new', 'ltv_falling', 'churn_above', 'downgrades_above_upgrades'], rule
), period_start;

create table marts.source_coverage as
select 'billing' as source, date '2026-06-30' as covered_until, 'invoices-2026-07-01.csv' as newest_file,
    false as is_stale
union all
select 'support', date '2026-06-30', 'tickets-2026-07-01.csv', false;

create table marts.restatements (
    publication_id bigint, metric varchar, grain varchar, period_start date, dimension varchar,
    member varchar, value_before double, value_after double, relative_change double
);

create table marts.dim_customers as
select customer_id, null::varchar as name, null::varchar as email, null::varchar as account_owner,
    mrr::decimal(18, 2) as mrr, date '2024-01-15' as first_active_on, country
from (values ('cus_1', 500, 'DE'), ('cus_2', 90, '<b>FR</b>'), ('cus_3', 60, 'DE'))
    as customers (customer_id, mrr, country);
create table marts.customer_plan_days as
select customer_id, unnest(['Business', 'Team']) as plan_id,
    unnest([date '2024-01-15', date '2025-02-01']) as valid_from
from marts.dim_customers where customer_id = 'cus_2';

create table marts.mart_risk_list as
select customer_id, score::double as score, mrr::decimal(18, 2) as mrr_at_stake, reasons, days::int as days_since_use,
    days::int as days_since_contact, 0 as unanswered_requests, null::int as days_unanswered
from (
    values ('cus_1', 20, 500, 'no use for 31 days', 31), ('cus_2', 70, 90, 'a payment failed in the last 35 days', 2),
    ('cus_3', 1, 60, 'no sign', 1)
) as risks (customer_id, score, mrr, reasons, days);

create table marts.alert_incidents as
select 'downgrades_above_upgrades/all/2026-06' as incident_id, 'open' as state,
    'warning' as severity, date '2026-06-01' as since, 1 as periods,
    '3 against upgrades 0.5' as detail, timestamptz '2026-07-01 03:00:00+00' as opened_at;
"""

Change = Callable[..., Path]


def write_marts(file: Path, *statements: str) -> Path:
    """Write the marts, changed by the given statements, and return the file."""
    with duckdb.connect(":memory:") as con:
        con.execute("set timezone = 'UTC'")
        con.execute(f"attach '{file}' as m")
        con.execute("use m")
        con.execute(_MARTS)
        for statement in statements:
            con.execute(statement)
        con.execute("use memory")
        con.execute("detach m")
    return file


@pytest.fixture
def published(tmp_path: Path) -> Change:
    """Write the marts, changed by the given statements, and return the file."""
    return lambda *statements: write_marts(tmp_path / "marts.duckdb", *statements)


@pytest.fixture(scope="session")
def report_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the unchanged marts; building it takes a second, so it is built once."""
    folder = tmp_path_factory.mktemp("report")
    return build(write_marts(folder / "marts.duckdb"), folder / "report" / "index.html")
