with

source as (

    {{ newest_version('orders', ['order_id', 'line_id']) }}

),

customer_ids as (

    select * from {{ ref('stg_billing__customer_ids') }}

),

renamed as (

    select
        source.order_id,
        source.line_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.ordered_at,
        {{ local_date('source.ordered_at') }} as ordered_on,
        source.status,
        source.product_id,
        source.product_name,
        source.product_category,
        source.quantity,
        source.amount,
        upper(source.currency) as currency,
        source.campaign,
        source._source_file,
        source._source_row,
        source._load_id
    from source
    left join customer_ids on source.customer_id = customer_ids.customer_id_as_given

)

select * from renamed
