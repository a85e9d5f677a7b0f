with

source as (
    {{ newest_version('refunds', ['refund_id']) }}
),

payments as (
    select * from {{ ref('stg_billing__payments') }}
),

invoices as (
    {{ newest_version('invoices', ['invoice_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

-- a refund that names only what was paid belongs to who paid it
completed as (
    select
        {{ all_but(['customer_id', 'invoice_id', 'currency'], 'source') }},
        coalesce(source.customer_id, payments.customer_id, invoices.customer_id) as customer_id_as_given,
        coalesce(source.invoice_id, payments.invoice_id) as invoice_id,
        upper(coalesce(source.currency, payments.currency, invoices.currency)) as currency
    from source
    left join payments
        on source.payment_id = payments.payment_id
    left join invoices
        on source.invoice_id = invoices.invoice_id
),

final as (
    select
        completed.refund_id,
        completed.payment_id,
        coalesce(customer_ids.customer_id, completed.customer_id_as_given) as customer_id,
        completed.invoice_id,
        abs(completed.amount) as amount,
        completed.currency,
        {{ local_date('completed.refunded_at') }} as refunded_on,
        completed._load_id,
        completed._source_file,
        completed._source_row
    from completed
    left join customer_ids
        on completed.customer_id_as_given = customer_ids.customer_id_as_given
)

select * from final
