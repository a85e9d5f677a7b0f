-- Revenue of a cohort per month: collected money; for buyers, what they bought.
{{ config(materialized='table') }}

with

cohort_members as (
    select * from {{ ref('int_cohort_members') }}
),

collected as (
    select * from {{ ref('int_collected_revenue') }}
),

purchases as (
    select * from {{ ref('int_purchases') }}
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
    group by
        cohort_members.kind,
        cohort_members.dimension,
        cohort_members.member,
        cohort_members.cohort_month,
        greatest(revenue.month, cohort_members.cohort_month)
)

select * from final
