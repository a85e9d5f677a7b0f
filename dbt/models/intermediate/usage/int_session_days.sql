{{ config(materialized='table') }}

with

sessions as (
    select * from {{ ref('stg_usage__sessions') }}
),

final as (
    select
        customer_id,
        started_on as used_on,
        cast(min_by(duration_seconds, started_at) as bigint) as first_session_seconds
    from sessions
    where customer_id is not null
    group by customer_id, started_on
)

select * from final
