-- The terms that begin or end on each day.
{{ config(materialized='table') }}

with

terms as (
    select * from {{ ref('int_piece_terms') }}
),

ends as (
    {%- for end in ['valid_from', 'valid_to'] %}
    select
        {{ end }} as day,
        {{ row_hash("'" ~ end ~ "', customer_id, subscription_id, product, plan_id, months, currency, quantity, listed, paid") }}
            as row_fingerprint
    from terms
    where {{ end }} <= {{ until_date() }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        day,
        {{ fingerprint('row_fingerprint') }} as fingerprint
    from ends
    group by day
)

select * from final
