-- How many billing rows each load brought: tells whether all that were seen are still there, and which came since.
{%- set tables = [
    'customer_aliases', 'invoices', 'invoice_lines', 'subscriptions', 'subscription_items', 'subscription_periods', 'plans',
    'products', 'line_discounts', 'line_taxes', 'credit_notes', 'discounts',
] %}
{{ config(materialized='table') }}

with

final as (
    {%- for table in tables %}
    select
        '{{ table }}' as table_name,
        _load_id as load_id,
        cast(count(*) as bigint) as seen
    from {{ source('raw', table) }} as {{ table }}
    where {{ known_by_as_of(table) }}
    group by _load_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
