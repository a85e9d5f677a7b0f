-- What each customer is worth, and on which plan, at the end of the day before each day that some period
-- compares.
{{ config(materialized='table') }}

with

spans as (
    select * from {{ ref('int_spans') }}
),

days as (
    select opening_on as on_day from spans

    union

    select closing_on as on_day from spans
),

customer_mrr as (
    select * from {{ ref('int_customer_mrr') }}
    where mrr > 0
),

final as (
    select
        customer_mrr.customer_id,
        days.on_day,
        customer_mrr.mrr,
        coalesce(customer_mrr.plan_id, '(none)') as plan_id
    from days
    inner join customer_mrr
        on
            days.on_day > customer_mrr.valid_from
            and days.on_day <= coalesce(customer_mrr.valid_to, {{ after_until() }})
)

select * from final
