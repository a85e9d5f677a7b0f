{{ config(materialized='table') }}

with

purchases as (
    select * from {{ ref('int_purchases') }}
),

final as (
    select
        customer_id,
        min(purchased_on) as first_purchased_on,
        min(case when purchase_number = 2 then purchased_on end) as second_purchased_on,
        max(purchased_on) as last_purchased_on,
        cast(count(*) as integer) as purchases,
        min(case when purchase_number = 1 then campaign end) as first_campaign,
        cast(sum(case when purchase_number = 1 then amount end) as decimal(18, 2)) as first_amount,
        cast(sum(amount) as decimal(18, 2)) as amount
    from purchases
    group by customer_id
)

select * from final
