-- Plans with the name of their product, where products lie in a table of their own. A table, not a view: read by many models.
{{ config(materialized='table') }}

with

plans as (
    select * from {{ ref('stg_billing__plans') }}
),

products as (
    {{ newest_version('products', ['product_id']) }}
),

final as (
    select
        {{ all_but(['product', 'usage'], 'plans') }},
        {{ label('coalesce(products.product_name, plans.product)') }} as product,
        case when 'metered' in (plans.usage, products.usage) then 'metered' else coalesce(plans.usage, products.usage) end as usage
    from plans
    left join products
        on plans.product = products.product_id
)

select * from final
