-- Movements with the plan that each belongs to, and what moves from plan to plan: a customer brings what they newly pay to the
-- plan they take; what they pay more or less, or no more, is of the plan they had; what is left goes with them to another.
with

movements as (
    select * from {{ ref('int_mrr_movements') }}
),

plan_days as (
    select * from {{ ref('int_customer_plan_days') }}
),

customer_mrr as (
    select * from {{ ref('int_customer_mrr') }}
),

placed as (
    select
        movements.customer_id,
        movements.movement_on,
        movements.movement_type,
        movements.amount,
        coalesce(plan_days.plan_id, '(none)') as plan_id
    from movements
    left join plan_days
        on
            movements.customer_id = plan_days.customer_id
            and (
                (
                    movements.movement_type in ('new', 'reactivation')
                    and movements.movement_on = plan_days.valid_from
                )
                or (
                    movements.movement_type not in ('new', 'reactivation')
                    and movements.movement_on > plan_days.valid_from
                    and (plan_days.valid_to is null or movements.movement_on <= plan_days.valid_to)
                )
            )
),

changes as (
    select
        customer_id,
        plan_id,
        valid_from,
        lag(plan_id) over (partition by customer_id order by valid_from) as plan_before,
        lag(valid_to) over (partition by customer_id order by valid_from) as valid_to_before
    from plan_days
),

moved as (
    select
        changes.customer_id,
        changes.valid_from as movement_on,
        changes.plan_before,
        changes.plan_id,
        customer_mrr.mrr
    from changes
    inner join customer_mrr
        on
            changes.customer_id = customer_mrr.customer_id
            and changes.valid_from >= customer_mrr.valid_from
            and (customer_mrr.valid_to is null or changes.valid_from < customer_mrr.valid_to)
    where changes.valid_from = changes.valid_to_before
),

final as (
    select customer_id, movement_on, movement_type, amount, plan_id
    from placed

    union all

    select customer_id, movement_on, 'transfer_out' as movement_type, -mrr as amount, plan_before as plan_id
    from moved

    union all

    select customer_id, movement_on, 'transfer_in' as movement_type, mrr as amount, plan_id
    from moved
)

select * from final
