-- Neighbouring stretches of the same plan are one.
{{ config(materialized='table') }}

with

of_day as (
    select
        customer_id,
        plan_id,
        valid_from,
        valid_to,
        lag(plan_id) over (partition by customer_id order by valid_from) as plan_before,
        lag(valid_to) over (partition by customer_id order by valid_from) as valid_to_before
    from {{ ref('int_customer_mrr') }}
    where plan_id is not null
),

numbered as (
    select
        customer_id,
        plan_id,
        valid_from,
        valid_to,
        sum(case when plan_id = plan_before and valid_from = valid_to_before then 0 else 1 end)
            over (partition by customer_id order by valid_from) as stretch
    from of_day
),

final as (
    select
        customer_id,
        plan_id,
        min(valid_from) as valid_from,
        case when count(valid_to) = count(*) then max(valid_to) end as valid_to
    from numbered
    group by customer_id, plan_id, stretch
)

select * from final
