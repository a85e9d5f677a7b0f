-- How far each source goes; what it does not cover is not zero.
{{ config(materialized='table') }}
{%- for source in ['billing', 'support', 'usage'] %}
select
    '{{ source }}' as source,
    {{ until_date(source) }} as covered_until,
    {{ after_until(source) }} as covered_before
{{ 'union all' if not loop.last }}
{%- endfor %}
