-- Payments that brought money: those that succeeded, whatever was paid back since, less what disputes took that were lost.
with

payments as (
    select * from {{ ref('int_payments') }}
    where status in ('succeeded', 'refunded', 'disputed') and (lost_amount is null or lost_amount < amount)
),

final as (
    select
        payment_id,
        customer_id,
        invoice_id,
        attempted_on as collected_on,
        {{ money('amount - coalesce(lost_amount, 0)') }} as amount,
        -- what is lost is not paid back besides
        least(
            case when status = 'refunded' and refunded_amount = 0 then amount else refunded_amount end,
            coalesce(amount - lost_amount, refunded_amount + amount)
        ) as refunded_amount,
        currency
    from payments
)

select * from final
