with

source as (
    {{ newest_version('orders', ['order_id', 'line_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

final as (
    select
        source.order_id,
        source.line_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.ordered_at,
        source.status,
        source.product_id,
        {{ label('source.product_name') }} as product_name,
        {{ label('source.product_category') }} as product_category,
        source.quantity,
        source.amount,
        upper(source.currency) as currency,
        {{ label('source.campaign') }} as campaign,
        source._source_file,
        source._source_row,
        source._load_id
    from source
    left join customer_ids
        on source.customer_id = customer_ids.customer_id_as_given
)

select * from final
