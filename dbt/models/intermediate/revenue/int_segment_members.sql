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
{%- for rest in plan_crossings() %}
    union all

    select
        'plan+{{ rest }}' as dimension,
        {{ plan_crossed('plan_days.plan_id', rest) }} as member,
        count(distinct plan_days.customer_id) as customers
    from plan_days
    inner join segments
        on plan_days.customer_id = segments.customer_id and segments.dimension = '{{ rest }}'
    group by plan_days.plan_id, segments.member
{% endfor -%}
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
{%- for rest in plan_crossings() %}

    union all

    select distinct
        'plan+{{ rest }}' as dimension,
        {{ plan_crossed("'(none)'", rest, 'member') }} as member,
        0 as customers
    from segments
    where dimension = '{{ rest }}'
{%- endfor %}
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
