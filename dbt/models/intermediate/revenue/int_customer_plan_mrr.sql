-- What a customer pays for one plan, between two change points of that plan.
with

changes as (
    select * from {{ ref('int_mrr_changes') }}
),

by_day as (
    select
        customer_id,
        plan_id,
        changed_on,
        sum(delta) as delta
    from changes
    group by customer_id, plan_id, changed_on
    having sum(delta) <> 0
),

final as (
    select
        customer_id,
        plan_id,
        changed_on as valid_from,
        lead(changed_on) over (partition by customer_id, plan_id order by changed_on) as valid_to,
        {{ money('sum(delta) over (partition by customer_id, plan_id order by changed_on)') }} as mrr
    from by_day
)

select * from final
