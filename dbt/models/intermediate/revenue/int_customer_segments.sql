-- Attributes are corrections: the newest value holds for the whole history, so only the plan makes transfers.
{%- set attributes = var('dimensions') | reject('equalto', 'plan') | list %}
{{ config(materialized='table') }}
{{ fingerprinted_by_day(['begun_on'], 'customer_id, dimension, member') }}

with

customers as (
    select * from {{ ref('stg_billing__customers') }}
),

-- Whoever is billed or buys is a customer, also without a row in the customers export.
named as (
    select
        customer_id,
        cast(null as date) as begun_on
    from customers

    union all

    select
        customer_id,
        case when mrr > 0 then valid_from end as begun_on
    from {{ ref('int_recurring_periods') }}

    union all

    select
        customer_id,
        purchased_on as begun_on
    from {{ ref('int_purchases') }}
),

known as (
    select
        customer_id,
        min(begun_on) as begun_on
    from named
    group by customer_id
),

described as (
    select
        known.customer_id,
        known.begun_on,
        {%- for attribute in attributes %}
        customers.{{ attribute }},
        {%- endfor %}
        'all' as whole_business
    from known
    left join customers
        on known.customer_id = customers.customer_id
),

final as (
    select
        customer_id,
        begun_on,
        'all' as dimension,
        whole_business as member
    from described
    {%- for attribute in attributes %}

    union all

    select
        customer_id,
        begun_on,
        '{{ attribute }}' as dimension,
        coalesce({{ attribute }}, '(none)') as member
    from described
    {%- endfor %}
    {%- for crossing in crossed_attributes() %}
    {%- set members = [] %}
    {%- for attribute in crossing %}{% do members.append("coalesce(" ~ attribute ~ ", '(none)')") %}{% endfor %}

    union all

    select
        customer_id,
        begun_on,
        '{{ crossing | join("+") }}' as dimension,
        {{ crossed_member(members) }} as member
    from described
    {%- endfor %}
)

select * from final
