with

source as (
    {{ newest_version('invoices', ['invoice_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

final as (
    select
        source.invoice_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.status,
        upper(source.currency) as currency,
        source.subtotal,
        source.discount,
        source.tax,
        source.tax_behavior,
        source.total,
        source.amount_paid,
        source.amount_credited,
        source.issued_at,
        {{ local_date('source.issued_at') }} as issued_on,
        source.due_at,
        source.paid_at,
        source._load_id,
        source._source_file,
        source._source_row
    from source
    left join customer_ids
        on source.customer_id = customer_ids.customer_id_as_given
)

select * from final
