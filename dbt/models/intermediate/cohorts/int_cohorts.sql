{{ config(materialized='table') }}

with

cohort_members as (
    select * from {{ ref('int_cohort_members') }}
),

activity as (
    select * from {{ ref('int_cohort_activity') }}
),

cohort_revenue as (
    select * from {{ ref('int_cohort_revenue') }}
),

usage_days as (
    select * from {{ ref('int_usage_days') }}
),

numbers as (
    {{ numbers(4) }}
),

-- every month since a cohort began that has been observed to the end: one that runs or lies ahead is absent, not zero
cohort_months as (
    select
        begun.cohort_month,
        cast(numbers.n as integer) as age_months,
        {{ add_months('begun.cohort_month', 'numbers.n') }} as month,
        {{ add_months('begun.cohort_month', 'numbers.n + 1') }} as month_end
    from (select distinct cohort_month from cohort_members) as begun
    inner join numbers
        on numbers.n < {{ months_between('begun.cohort_month', after_until()) }}
),

-- without a usage export nothing is known about use; that is not a cohort of which nobody came back
cohorts as (
    select
        kind,
        dimension,
        member,
        cohort_month,
        cast(count(*) as integer) as cohort_customers,
        {{ money('sum(cohort_mrr)') }} as cohort_mrr
    from cohort_members
    where kind <> 'usage' or exists (select 1 from usage_days)
    group by kind, dimension, member, cohort_month
),

final as (
    select
        cohorts.kind,
        cohorts.dimension,
        cohorts.member,
        cohorts.cohort_month,
        cohort_months.age_months,
        cohorts.cohort_customers,
        coalesce(activity.active_customers, 0) as active_customers,
        cohorts.cohort_mrr,
        case when cohorts.kind = 'revenue' then {{ money('coalesce(activity.mrr, 0)') }} end as mrr,
        {{ money('coalesce(cohort_revenue.revenue, 0)') }} as revenue,
        {{ money('sum(coalesce(cohort_revenue.revenue, 0)) over (
            partition by cohorts.kind, cohorts.dimension, cohorts.member, cohorts.cohort_month
            order by cohort_months.age_months
            rows between unbounded preceding and current row
        )') }} as cumulative_revenue
    from cohorts
    inner join cohort_months
        on
            cohorts.cohort_month = cohort_months.cohort_month
            and (cohorts.kind <> 'usage' or cohort_months.month_end <= {{ after_until('usage') }})
    left join activity
        on
            cohorts.kind = activity.kind
            and cohorts.dimension = activity.dimension
            and cohorts.member = activity.member
            and cohorts.cohort_month = activity.cohort_month
            and cohort_months.month = activity.month
    left join cohort_revenue
        on
            cohorts.kind = cohort_revenue.kind
            and cohorts.dimension = cohort_revenue.dimension
            and cohorts.member = cohort_revenue.member
            and cohorts.cohort_month = cohort_revenue.cohort_month
            and cohort_months.month = cohort_revenue.month
)

select * from final
