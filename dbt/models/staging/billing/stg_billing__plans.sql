-- A table, not a view: read by many models.
{{ config(materialized='table') }}

with

source as (
    {{ newest_version('plans', ['plan_id']) }}
),

products as (
    {{ newest_version('products', ['product_id']) }}
),

final as (
    select
        source.plan_id,
        {{ label('coalesce(products.product_name, source.product)') }} as product,
        {{ label('source.plan_name') }} as plan_name,
        source.unit_amount,
        upper(source.currency) as currency,
        source.{{ adapter.quote('interval') }} as billing_interval,
        coalesce(source.interval_count, 1) as interval_count,
        source.tier,
        case when 'metered' in (source.usage, products.usage) then 'metered' else coalesce(source.usage, products.usage) end
            as usage,
        source.pricing,
        source.tax_behavior,
        source._load_id,
        source._source_file,
        source._source_row
    from source
    left join products
        on source.product = products.product_id
)

select * from final
