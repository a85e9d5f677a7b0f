-- depends_on: {{ ref('stg_billing__loads') }}
-- Customer and subscription, as they were given, of the billing rows that were loaded since the models incremental by customer were
-- computed, or of which a part was: their invoice, plan, discount or tax.
{%- set since = load_computed(models_computed_among('int_changed_customers')) if execute %}
{{ config(materialized='table') }}

with

invoices as (
    select distinct
        invoice_id,
        customer_id
    from {{ source('raw', 'invoices') }}

    union

    select distinct
        notes.credit_note_id as invoice_id,
        coalesce(notes.customer_id, credited.customer_id) as customer_id
    from {{ source('raw', 'credit_notes') }} as notes
    left join {{ source('raw', 'invoices') }} as credited
        on notes.invoice_id = credited.invoice_id
),

changed_invoices as (
    {{ documents_changed_since(since) }}
),

changed_plans as (
    select plans.plan_id
    from {{ source('raw', 'plans') }} as plans
    left join {{ source('raw', 'products') }} as products
        on plans.product = products.product_id
    where {{ came_since('plans._load_id', since) }} or {{ came_since('products._load_id', since) }}
),

-- a discount of which, or of whose coupon, something was loaded
changed_discounts as (
    select discounts.discount_id
    from {{ source('raw', 'discounts') }} as discounts
    left join {{ source('raw', 'discounts') }} as coupons
        on discounts.coupon_id = coupons.discount_id
    where {{ came_since('discounts._load_id', since) }} or {{ came_since('coupons._load_id', since) }}
),

-- invoices that name their coupons, of which something was loaded, or of these coupons
changed_redemptions as (
    select invoice_id
    from {{ source('raw', 'invoice_discounts') }}
    where {{ came_since('_load_id', since) }} or discount_id in (select changed_discounts.discount_id from changed_discounts)
),

changed_parts as (
    {%- for table in ['line_discounts', 'line_taxes'] %}
    select line_id
    from {{ source('raw', table) }}
    where {{ came_since('_load_id', since) }}
    union
    {% endfor %}
    select line_id
    from {{ source('raw', 'line_discounts') }}
    where discount_id in (select changed_discounts.discount_id from changed_discounts)
),

final as (
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
        or lines.invoice_id in (select changed_redemptions.invoice_id from changed_redemptions)
        or lines.plan_id in (select changed_plans.plan_id from changed_plans)
        or lines.line_id in (select changed_parts.line_id from changed_parts)

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
)

select * from final
