-- Payments that brought money: those that succeeded, whatever was paid back since, less what disputes took that were lost.
with

payments as (
    select * from {{ ref('int_payments') }}
    where status in ('succeeded', 'refunded', 'disputed')
),

lost as (
    select * from {{ ref('int_lost_disputes') }}
),

final as (
    select
        payments.payment_id,
        payments.customer_id,
        payments.invoice_id,
        payments.attempted_on as collected_on,
        {{ money('payments.amount - coalesce(lost.amount, 0)') }} as amount,
        -- what is lost is not paid back besides
        least(
            case
                when payments.status = 'refunded' and payments.refunded_amount = 0 then payments.amount
                else payments.refunded_amount
            end,
            coalesce(payments.amount - lost.amount, payments.refunded_amount + payments.amount)
        ) as refunded_amount,
        payments.currency
    from payments
    left join lost
        on payments.payment_id = lost.payment_id
    where lost.payment_id is null or lost.amount < payments.amount
)

select * from final
