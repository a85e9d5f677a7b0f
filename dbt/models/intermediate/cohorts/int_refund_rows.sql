-- Refunds that are rows of their own, each with the payment it is of: one that names only its invoice is of the last payment
-- for it. A refund that names only what was paid belongs to who paid it.
with

collected as (
    select * from {{ ref('int_collected_payments') }}
),

refunds as (
    select * from {{ ref('stg_billing__refunds') }}
),

payments as (
    select * from {{ ref('int_payments') }}
),

invoices as (
    select * from {{ ref('stg_billing__invoices') }}
),

completed as (
    select
        coalesce(refunds.customer_id, payments.customer_id, invoices.customer_id) as customer_id,
        refunds.payment_id,
        coalesce(refunds.invoice_id, payments.invoice_id) as invoice_id,
        refunds.refunded_on,
        refunds.amount,
        coalesce(refunds.currency, payments.currency, invoices.currency) as currency
    from refunds
    left join payments
        on refunds.payment_id = payments.payment_id
    left join invoices
        on refunds.invoice_id = invoices.invoice_id
),

last_payments as (
    select
        invoice_id,
        payment_id,
        row_number() over (partition by invoice_id order by collected_on desc, payment_id desc) as place
    from collected
    where invoice_id is not null
),

final as (
    select
        completed.customer_id,
        coalesce(completed.payment_id, last_payments.payment_id) as payment_id,
        completed.invoice_id,
        completed.refunded_on,
        completed.amount,
        completed.currency
    from completed
    left join last_payments
        on completed.invoice_id = last_payments.invoice_id and last_payments.place = 1
)

select * from final
