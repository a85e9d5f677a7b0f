-- Who signed up on each day.
{{ config(materialized='table') }}

with

customers as (
    select * from {{ ref('stg_billing__customers') }}
),

final as (
    select
        created_on as day,
        {{ fingerprint(row_hash('customer_id')) }} as fingerprint
    from customers
    where created_on <= {{ until_date() }}
    group by created_on
)

select * from final
