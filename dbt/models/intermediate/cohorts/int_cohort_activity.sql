-- Who of a cohort is there in a month: paying at its close, using at any time in it, or buying in it.
{{ incremental_by_day(
    days_before=add_months('month', 1),
    inputs=['int_cohort_members', 'int_purchases', 'int_customer_spans', 'int_usage_months']
) }}

with

cohort_members as (
    select * from {{ ref('int_cohort_members') }}
),

months as (
    select * from {{ ref('int_periods') }}
    where grain = 'month' and {{ is_in_missing_month('period_start') }}
),

customer_spans as (
    select * from {{ ref('int_customer_spans') }}
),

usage_months as (
    select * from {{ ref('int_usage_months') }}
),

purchases as (
    select * from {{ ref('int_purchases') }}
),

paying as (
    select
        customer_spans.customer_id,
        months.period_start as month,
        customer_spans.mrr_closing as mrr
    from months
    inner join customer_spans
        on
            months.period_start = customer_spans.opening_on
            and months.closing_on = customer_spans.closing_on
    where customer_spans.mrr_closing > 0
),

using_months as (
    select
        customer_id,
        month
    from usage_months
    where has_events and {{ is_in_missing_month('month') }}
),

buying_months as (
    select distinct
        customer_id,
        {{ period_start('month', 'purchased_on') }} as month
    from purchases
    where {{ is_in_missing_month('purchased_on') }}
),

activity as (
    select
        'revenue' as kind,
        customer_id,
        month,
        mrr
    from paying

    union all

    select
        'usage' as kind,
        customer_id,
        month,
        cast(null as decimal(18, 2)) as mrr
    from using_months

    union all

    select
        'orders' as kind,
        customer_id,
        month,
        cast(null as decimal(18, 2)) as mrr
    from buying_months
),

final as (
    select
        cohort_members.kind,
        cohort_members.dimension,
        cohort_members.member,
        cohort_members.cohort_month,
        activity.month,
        cast(count(*) as integer) as active_customers,
        {{ money('sum(activity.mrr)') }} as mrr
    from activity
    inner join cohort_members
        on
            activity.kind = cohort_members.kind
            and activity.customer_id = cohort_members.customer_id
    where activity.month >= cohort_members.cohort_month
    group by
        cohort_members.kind, cohort_members.dimension, cohort_members.member, cohort_members.cohort_month, activity.month
)

select * from final
