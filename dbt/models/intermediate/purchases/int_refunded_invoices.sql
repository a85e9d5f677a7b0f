-- Invoices of which something was paid back, or lost in a dispute: what was collected for them, and how much of it went.
with

payments as (
    select * from {{ ref('int_payments') }}
),

refunds as (
    select * from {{ ref('int_refunds') }}
),

-- failed attempts moved no money and cannot be given back
collected as (
    select
        invoice_id,
        sum(amount) as amount,
        sum(coalesce(lost_amount, 0)) as lost_amount
    from payments
    where invoice_id is not null and status in ('succeeded', 'refunded', 'disputed')
    group by invoice_id
),

given_back as (
    select
        invoice_id,
        sum(amount) as amount
    from refunds
    where invoice_id is not null
    group by invoice_id
),

summed as (
    select
        collected.invoice_id,
        collected.amount,
        collected.lost_amount + coalesce(given_back.amount, 0) as refunded_amount
    from collected
    left join given_back
        on collected.invoice_id = given_back.invoice_id
),

final as (
    select
        invoice_id,
        cast(amount as decimal(18, 2)) as amount,
        cast(least(refunded_amount, amount) as decimal(18, 2)) as refunded_amount,
        refunded_amount >= amount as is_refunded_whole
    from summed
    where amount > 0 and refunded_amount > 0
)

select * from final
