-- Refunds that are rows of their own, each with the payment it is of: one that names only its invoice is of the last payment
-- for it.
with

collected as (
    select * from {{ ref('int_collected_payments') }}
),

refunds as (
    select * from {{ ref('stg_billing__refunds') }}
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
        refunds.customer_id,
        coalesce(refunds.payment_id, last_payments.payment_id) as payment_id,
        refunds.invoice_id,
        refunds.refunded_on,
        refunds.amount,
        refunds.currency
    from refunds
    left join last_payments
        on refunds.invoice_id = last_payments.invoice_id and last_payments.place = 1
)

select * from final
