-- What was bought on each day.
{{ config(materialized='table') }}

with

purchases as (
    select * from {{ ref('int_purchases') }}
),

final as (
    select
        purchased_on as day,
        {{ fingerprint(row_hash('customer_id, purchase_id, purchased_at, amount')) }} as fingerprint
    from purchases
    group by purchased_on
)

select * from final
