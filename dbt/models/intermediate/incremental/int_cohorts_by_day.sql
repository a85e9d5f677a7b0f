-- Who signed up on each day and what is said of them, since another country is another past from that day on; and what was bought.
{{ config(materialized='table') }}

with

rows_of_days as (
    select
        customers.created_on as day,
        {{ row_hash('customers.customer_id, segments.dimension, segments.member') }} as row_fingerprint
    from {{ ref('int_customers') }} as customers
    inner join {{ ref('int_customer_segments') }} as segments
        on customers.customer_id = segments.customer_id
    where customers.created_on <= {{ until_date() }}

    union all

    select
        purchased_on as day,
        {{ row_hash('customer_id, purchase_id, purchased_at, amount') }} as row_fingerprint
    from {{ ref('int_purchases') }}
),

final as (
    select
        day,
        {{ fingerprint('row_fingerprint') }} as fingerprint
    from rows_of_days
    group by day
)

select * from final
