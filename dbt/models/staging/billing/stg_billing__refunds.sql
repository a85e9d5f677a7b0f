with

source as (
    {{ newest_version('refunds', ['refund_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

final as (
    select
        source.refund_id,
        source.payment_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.invoice_id,
        abs(source.amount) as amount,
        upper(source.currency) as currency,
        {{ local_date('source.refunded_at') }} as refunded_on,
        source._load_id,
        source._source_file,
        source._source_row
    from source
    left join customer_ids
        on source.customer_id = customer_ids.customer_id_as_given
)

select * from final
