-- Revenue of a cohort per month: collected money; for buyers, what they bought.
{{ incremental_by_day(
    days_before=add_months('month', 1),
    inputs=[
        'int_mrr_by_day', 'int_customers_by_day', 'int_purchases_by_day', 'int_segments_by_day',
        'int_collected_revenue_by_day',
    ]
) }}

with

cohort_members as (
    select * from {{ ref('int_cohort_members') }}
),

-- of those whose cohort began before, older revenue is counted already
begun as (
    select customer_id from cohort_members
    where {{ is_in_missing_month('cohort_month') }}
),

collected as (
    select * from {{ ref('int_collected_revenue') }}
    where
        {{ is_in_missing_month('collected_on') }}
        or customer_id in (select begun.customer_id from begun)
),

purchases as (
    select * from {{ ref('int_purchases') }}
    where
        {{ is_in_missing_month('purchased_on') }}
        or customer_id in (select begun.customer_id from begun)
),

revenue as (
    select
        customer_id,
        'billing' as origin,
        {{ period_start('month', 'collected_on') }} as month,
        amount
    from collected

    union all

    select
        customer_id,
        'orders' as origin,
        {{ period_start('month', 'purchased_on') }} as month,
        amount
    from purchases
),

final as (
    select
        cohort_members.kind,
        cohort_members.dimension,
        cohort_members.member,
        cohort_members.cohort_month,
        -- a deposit paid before the first day of service belongs to the first month
        greatest(revenue.month, cohort_members.cohort_month) as month,
        {{ money('sum(revenue.amount)') }} as revenue
    from revenue
    inner join cohort_members
        on
            revenue.customer_id = cohort_members.customer_id
            and (revenue.origin = 'orders') = (cohort_members.kind = 'orders')
    where {{ is_in_missing_month('greatest(revenue.month, cohort_members.cohort_month)') }}
    group by
        cohort_members.kind,
        cohort_members.dimension,
        cohort_members.member,
        cohort_members.cohort_month,
        greatest(revenue.month, cohort_members.cohort_month)
)

select * from final
