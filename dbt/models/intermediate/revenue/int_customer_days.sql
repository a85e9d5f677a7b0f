-- What each customer is worth, and on which plan, at the end of the day before each day that some period
-- compares.
{{ incremental_by_day(days_before='on_day', inputs=['int_mrr_changes'], spine='int_span_days', unique_key={'on_day': 'on_day'}) }}

with

days as (
    select * from {{ ref('int_span_days') }} as span_days
    where {{ is_missing('span_days') }}
),

customer_mrr as (
    select * from {{ ref('int_customer_mrr') }}
    where mrr > 0
),

plan_days as (
    select * from {{ ref('int_customer_plan_days') }}
),

worth as (
    select
        customer_mrr.customer_id,
        days.on_day,
        customer_mrr.mrr
    from days
    inner join customer_mrr
        on
            days.on_day > customer_mrr.valid_from
            and days.on_day <= coalesce(customer_mrr.valid_to, {{ after_until() }})
),

plans as (
    select
        plan_days.customer_id,
        days.on_day,
        plan_days.plan_id
    from days
    inner join plan_days
        on
            days.on_day > plan_days.valid_from
            and days.on_day <= coalesce(plan_days.valid_to, {{ after_until() }})
),

final as (
    select
        worth.customer_id,
        worth.on_day,
        worth.mrr,
        coalesce(plans.plan_id, '(none)') as plan_id
    from worth
    left join plans
        on worth.customer_id = plans.customer_id and worth.on_day = plans.on_day
)

select * from final
