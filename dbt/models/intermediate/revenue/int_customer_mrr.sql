-- A customer's MRR between two change points. Credits that exceed what they credit count as nothing, not as
-- negative revenue. The customer's plan is the one with most MRR that day; of equals, the smallest plan_id.
{{ config(materialized='table') }}

with

changes as (
    select * from {{ ref('int_mrr_changes') }}
),

by_day as (
    select
        customer_id,
        changed_on,
        sum(delta) as delta
    from changes
    group by customer_id, changed_on
),

running as (
    select
        customer_id,
        changed_on as valid_from,
        lead(changed_on) over (partition by customer_id order by changed_on) as valid_to,
        sum(delta) over (partition by customer_id order by changed_on) as mrr
    from by_day
),

plan_changes as (
    select
        customer_id,
        plan_id,
        changed_on,
        sum(delta) as delta
    from changes
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
        running.customer_id,
        running.valid_from,
        plan_mrr.plan_id,
        row_number() over (
            partition by running.customer_id, running.valid_from
            order by plan_mrr.mrr desc, plan_mrr.plan_id
        ) as place
    from running
    inner join plan_mrr
        on
            running.customer_id = plan_mrr.customer_id
            and running.valid_from >= plan_mrr.valid_from
            and (plan_mrr.valid_to is null or running.valid_from < plan_mrr.valid_to)
    where running.mrr > 0 and plan_mrr.mrr > 0
),

final as (
    select
        running.customer_id,
        running.valid_from,
        running.valid_to,
        {{ money('greatest(running.mrr, 0)') }} as mrr,
        {{ money('greatest(-running.mrr, 0)') }} as below_zero,
        ranked.plan_id
    from running
    left join ranked
        on
            running.customer_id = ranked.customer_id
            and running.valid_from = ranked.valid_from
            and ranked.place = 1
)

select * from final
