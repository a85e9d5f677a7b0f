-- Movements with the plan that each belongs to, and what moves from plan to plan: a customer brings what they newly pay to the
-- plan they take; what they pay more or less, or no more, is of the plan they had; what is left goes with them to another.
with

movements as (
    select * from {{ ref('int_mrr_movements') }}
),

customer_mrr as (
    select * from {{ ref('int_customer_mrr') }}
    where plan_id is not null
),

dated as (
    select
        *,
        case
            when movement_type in ('new', 'reactivation') then movement_on
            else {{ add_days('movement_on', -1) }}
        end as on_plan_of
    from movements
),

placed as (
    select
        dated.customer_id,
        dated.movement_on,
        dated.movement_type,
        dated.amount,
        coalesce(customer_mrr.plan_id, '(none)') as plan_id
    from dated
    left join customer_mrr
        on
            dated.customer_id = customer_mrr.customer_id
            and dated.on_plan_of >= customer_mrr.valid_from
            and dated.on_plan_of < {{ or_never('customer_mrr.valid_to') }}
),

changes as (
    select
        customer_id,
        valid_from as movement_on,
        mrr,
        plan_id,
        lag(plan_id) over (partition by customer_id order by valid_from) as plan_before,
        lag(valid_to) over (partition by customer_id order by valid_from) as valid_to_before
    from customer_mrr
),

moved as (
    select * from changes
    where movement_on = valid_to_before and plan_id <> plan_before
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
