-- The customer's plan is the one with most MRR that day; of equals, the smallest plan_id.
{{ config(materialized='table') }}

with

customer_mrr as (
    select * from {{ ref('int_customer_mrr') }}
    where mrr > 0
),

plan_changes as (
    select
        customer_id,
        plan_id,
        changed_on,
        sum(delta) as delta
    from {{ ref('int_mrr_changes') }}
    group by customer_id, plan_id, changed_on
    having sum(delta) <> 0
),

plan_mrr as (
    select
        customer_id,
        plan_id,
        changed_on as valid_from,
        lead(changed_on) over (partition by customer_id, plan_id order by changed_on) as valid_to,
        {{ money('sum(delta) over (partition by customer_id, plan_id order by changed_on)') }} as mrr
    from plan_changes
),

ranked as (
    select
        customer_mrr.customer_id,
        customer_mrr.valid_from,
        customer_mrr.valid_to,
        plan_mrr.plan_id,
        row_number() over (
            partition by customer_mrr.customer_id, customer_mrr.valid_from
            order by plan_mrr.mrr desc, plan_mrr.plan_id
        ) as place
    from customer_mrr
    inner join plan_mrr
        on
            customer_mrr.customer_id = plan_mrr.customer_id
            and customer_mrr.valid_from >= plan_mrr.valid_from
            and (plan_mrr.valid_to is null or customer_mrr.valid_from < plan_mrr.valid_to)
    where plan_mrr.mrr > 0
),

of_day as (
    select
        customer_id,
        plan_id,
        valid_from,
        valid_to,
        lag(plan_id) over (partition by customer_id order by valid_from) as plan_before,
        lag(valid_to) over (partition by customer_id order by valid_from) as valid_to_before
    from ranked
    where place = 1
),

-- Neighbouring stretches of the same plan are one.
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
