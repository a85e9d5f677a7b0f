-- Revenue of a cohort per month: collected money; for buyers, what they bought.
with

cohort_customers as (

    select * from {{ ref('int_cohort_customers') }}

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
        month,
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
        cohort_customers.kind,
        cohort_customers.cohort_month,
        -- a deposit paid before the first day of service belongs to the first month
        greatest(revenue.month, cohort_customers.cohort_month) as month,
        {{ money('sum(revenue.amount)') }} as revenue
    from revenue
    inner join cohort_customers
        on
            revenue.customer_id = cohort_customers.customer_id
            and (revenue.origin = 'orders') = (cohort_customers.kind = 'orders')
    group by
        cohort_customers.kind,
        cohort_customers.cohort_month,
        greatest(revenue.month, cohort_customers.cohort_month)

)

select * from final
