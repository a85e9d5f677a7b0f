-- The segments of those who first paid or bought on each day: another country is another past from that day on.
{{ config(materialized='table') }}

with

segments as (
    select * from {{ ref('int_customer_segments') }}
),

begun as (
    select
        customer_id,
        valid_from as begun_on
    from {{ ref('int_customer_mrr') }}
    where mrr > 0

    union all

    select
        customer_id,
        first_purchased_on as begun_on
    from {{ ref('int_buyers') }}
),

first_days as (
    select
        customer_id,
        min(begun_on) as day
    from begun
    group by customer_id
),

final as (
    select
        first_days.day,
        {{ fingerprint(row_hash('segments.customer_id, segments.dimension, segments.member')) }} as fingerprint
    from segments
    inner join first_days
        on segments.customer_id = first_days.customer_id
    group by first_days.day
)

select * from final
