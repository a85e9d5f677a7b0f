-- What was collected on each day.
{{ config(materialized='table') }}

with

collected as (
    select * from {{ ref('int_collected_revenue') }}
),

final as (
    select
        collected_on as day,
        {{ fingerprint(row_hash('customer_id, amount')) }} as fingerprint
    from collected
    group by collected_on
)

select * from final
