-- Who signed up on each day, and what is said of them: another country is another past from that day on.
{{ config(materialized='table') }}

with

customers as (
    select * from {{ ref('stg_billing__customers') }}
),

segments as (
    select * from {{ ref('int_customer_segments') }}
),

final as (
    select
        customers.created_on as day,
        {{ fingerprint(row_hash('customers.customer_id, segments.dimension, segments.member')) }} as fingerprint
    from customers
    inner join segments
        on customers.customer_id = segments.customer_id
    where customers.created_on <= {{ until_date() }}
    group by customers.created_on
)

select * from final
