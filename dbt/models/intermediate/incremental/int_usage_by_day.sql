-- depends_on: {{ ref('stg_usage__features') }}
-- Who used what on each day.
{{ config(materialized='table') }}

with

usage_days as (
    select * from {{ ref('int_usage_days') }}
),

final as (
    select
        used_on as day,
        {{ fingerprint(row_hash('customer_id, events > 0, key_events > 0, first_session_seconds' ~ feature_mask_columns())) }} as fingerprint
    from usage_days
    group by used_on
)

select * from final
