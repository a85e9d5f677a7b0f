with

movements as (
    select * from {{ ref('int_mrr_movements') }}
),

final as (
    select
        customer_id,
        movement_on,
        movement_type,
        amount,
        mrr_before,
        mrr_after,
        subscription_id,
        plan_id
    from movements
)

select * from final
