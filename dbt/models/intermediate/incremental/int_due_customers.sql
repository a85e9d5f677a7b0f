-- depends_on: {{ ref('int_incremental_loads') }}
-- depends_on: {{ ref('stg_billing__loads') }}
-- The changed customers, and those of whom something begins or ends on a day that was not covered when the models kept by
-- customer were computed, or is not covered any more.
{%- set covered = days_covered('int_due_customers') if execute %}
{{ config(materialized='table') }}

with

changed_customers as (
    select customer_id from {{ ref('int_changed_customers') }}
),

pieces as (
    select * from {{ ref('int_recurring_periods') }}
),

final as (
    select customer_id from changed_customers

    union

    select customer_id
    from pieces
    where
        {%- if covered %}
        {%- for end in ['valid_from', 'valid_to'] %}
        {{ 'or ' if not loop.first -}}
        {{ end }} > least(cast('{{ covered[0] }}' as date), {{ until_date() }})
        and {{ end }} <= greatest(cast('{{ covered[1] }}' as date), {{ until_date() }})
        {%- endfor %}
        {%- else %}
        false
        {%- endif %}
)

select * from final
