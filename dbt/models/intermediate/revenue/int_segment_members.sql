-- Every member of every dimension: the rows each period has, also where nothing happened.
{{ config(materialized='table') }}

with

segments as (
    select * from {{ ref('int_customer_segments') }}
),

plan_days as (
    select * from {{ ref('int_customer_plan_days') }}
),

members as (
    select
        dimension,
        member,
        count(*) as customers
    from segments
    group by dimension, member
{% if 'plan' in var('dimensions') %}
    union all

    select
        'plan' as dimension,
        plan_id as member,
        count(distinct customer_id) as customers
    from plan_days
    group by plan_id
{% endif -%}
),

-- The whole business is there even when there is no customer yet.
complete as (
    select * from members

    union all

    select 'all' as dimension, 'all' as member, 0 as customers
{%- if 'plan' in var('dimensions') %}

    union all

    select 'plan' as dimension, '(none)' as member, 0 as customers
{%- endif %}
),

final as (
    select
        cast(dimension as {{ dbt.type_string() }}) as dimension,
        cast(member as {{ dbt.type_string() }}) as member,
        cast(sum(customers) as bigint) as customers
    from complete
    group by dimension, member
)

select * from final
