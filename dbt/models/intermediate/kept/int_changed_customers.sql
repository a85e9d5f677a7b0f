-- depends_on: {{ ref('int_kept_loads') }}
-- depends_on: {{ ref('stg_billing__loads') }}
-- The customers of whom a billing row was loaded, changed or taken away since the models kept by customer were computed: every
-- version of a row counts, since a row that moved to another customer left one behind. Whoever shares a subscription with
-- them is among them.
{%- set since = load_computed(models_kept_among(['int_changed_customers', 'int_moved_customers'])) if execute %}
{{ config(materialized='table') }}

with recursive

invoices as (
    select distinct
        invoice_id,
        customer_id
    from {{ source('raw', 'invoices') }}
),

changed_invoices as (
    select distinct invoice_id
    from {{ source('raw', 'invoices') }}
    where {{ came_since('_load_id', since) }}
),

changed_plans as (
    select plans.plan_id
    from {{ source('raw', 'plans') }} as plans
    left join {{ source('raw', 'products') }} as products
        on plans.product = products.product_id
    where {{ came_since('plans._load_id', since) }} or {{ came_since('products._load_id', since) }}
),

-- customer_id and subscription_id as they were given
changed_rows as (
    select
        coalesce(lines.customer_id, invoices.customer_id) as customer_id,
        lines.subscription_id
    from {{ source('raw', 'invoice_lines') }} as lines
    left join invoices
        on lines.invoice_id = invoices.invoice_id
    where
        lines.line_id in (
            select changed.line_id from {{ source('raw', 'invoice_lines') }} as changed
            where {{ came_since('changed._load_id', since) }}
        )
        or lines.invoice_id in (select changed_invoices.invoice_id from changed_invoices)
        or lines.plan_id in (select changed_plans.plan_id from changed_plans)

    {%- for table, key in [
        ('subscriptions', 'subscription_id'), ('subscription_items', 'item_id'), ('subscription_periods', 'subscription_id'),
    ] %}

    union

    select
        customer_id,
        subscription_id
    from {{ source('raw', table) }}
    where
        {{ key }} in (
            select changed.{{ key }} from {{ source('raw', table) }} as changed
            where {{ came_since('changed._load_id', since) }}
        )
        {%- if table != 'subscriptions' %}
        or plan_id in (select changed_plans.plan_id from changed_plans)
        {%- endif %}
    {%- endfor %}
),

-- every customer of every subscription, as they are now
pairs as (
    {%- for model in [
        'stg_billing__invoice_lines', 'stg_billing__subscriptions', 'stg_billing__subscription_items',
        'stg_billing__subscription_periods',
    ] %}
    select customer_id, subscription_id from {{ ref(model) }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

shared as (
    select subscription_id
    from pairs
    group by subscription_id
    having min(customer_id) <> max(customer_id)
),

shared_pairs as (
    select
        pairs.customer_id,
        pairs.subscription_id
    from pairs
    inner join shared
        on pairs.subscription_id = shared.subscription_id
),

changed as (
    select coalesce(customer_ids.customer_id, changed_rows.customer_id) as customer_id
    from changed_rows
    left join {{ ref('stg_billing__customer_ids') }} as customer_ids
        on changed_rows.customer_id = customer_ids.customer_id_as_given

    union

    select pairs.customer_id
    from changed_rows
    inner join pairs
        on changed_rows.subscription_id = pairs.subscription_id
),

reached (customer_id) as (
    select customer_id from changed

    union

    select others.customer_id
    from reached
    inner join shared_pairs
        on reached.customer_id = shared_pairs.customer_id
    inner join shared_pairs as others
        on shared_pairs.subscription_id = others.subscription_id
)

select * from reached
