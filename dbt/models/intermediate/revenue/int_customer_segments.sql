-- Attributes are corrections: the newest value holds for the whole history, so only the plan makes transfers.
{%- set attributes = var('dimensions') | reject('equalto', 'plan') | list %}
{{ config(materialized='table') }}

with

customers as (
    select * from {{ ref('stg_billing__customers') }}
),

-- Whoever is billed or buys is a customer, also without a row in the customers export.
known as (
    select customer_id from customers
    union
    select customer_id from {{ ref('int_recurring_periods') }}
    union
    select customer_id from {{ ref('int_purchases') }}
),

described as (
    select
        known.customer_id,
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
        'all' as dimension,
        whole_business as member
    from described
    {%- for attribute in attributes %}

    union all

    select
        customer_id,
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
        '{{ crossing | join("+") }}' as dimension,
        {{ crossed_member(members) }} as member
    from described
    {%- endfor %}
)

select * from final
