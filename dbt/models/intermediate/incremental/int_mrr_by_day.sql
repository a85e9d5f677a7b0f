-- What recurring revenue did on each day, and on which terms; with dated rates also in the currencies of the contracts.
{{ may_read('int_recurring_periods') }}
{{ config(materialized='table') }}

with

changes as (
    select
        changed_on as day,
        {{ row_hash("'change', customer_id, subscription_id, plan_id, delta") }} as row_fingerprint
    from {{ ref('int_mrr_changes') }}
),

terms as (
    {%- for end in ['valid_from', 'valid_to'] %}
    select
        {{ end }} as day,
        {{ row_hash("'" ~ end ~ "', customer_id, subscription_id, product, plan_id, months, currency, quantity, listed, paid") }}
            as row_fingerprint
    from {{ ref('int_piece_terms') }}
    where {{ end }} <= {{ until_date() }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

{% if has_dated_rates() -%}
ends as (
    {%- for end in ['valid_from', 'valid_to'] %}
    select
        {{ end }} as day,
        {{ row_hash("'" ~ end ~ "', customer_id, currency, mrr, mrr_in_currency") }} as row_fingerprint
    from {{ ref('int_recurring_periods') }}
    where {{ end }} <= {{ until_date() }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

{% endif -%}
unioned as (
    select * from changes

    union all

    select * from terms
    {%- if has_dated_rates() %}

    union all

    select * from ends
    {%- endif %}
),

final as (
    select
        day,
        {{ fingerprint('row_fingerprint') }} as fingerprint
    from unioned
    group by day
)

select * from final
