-- Each loss of a customer and the return that followed it, if any.
with

movements as (
    select * from {{ ref('int_mrr_movements') }}
    where movement_type in ('churn', 'reactivation')
),

ordered as (
    select
        customer_id,
        movement_type,
        movement_on as lost_on,
        {{ money('-amount') }} as mrr_lost,
        lead(movement_on) over (partition by customer_id order by movement_on) as returned_on,
        row_number() over (partition by customer_id order by movement_on desc) as place
    from movements
),

final as (
    select
        customer_id,
        lost_on,
        mrr_lost,
        returned_on,
        place = 1 as is_last
    from ordered
    where movement_type = 'churn'
)

select * from final
