-- A customer is who is in the customers export, is billed or buys. No id of a support system makes one.
with

segments as (
    select * from {{ ref('int_customer_segments') }}
),

final as (
    select customer_id
    from segments
    where dimension = 'all'
)

select * from final
