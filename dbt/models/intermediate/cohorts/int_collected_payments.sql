-- Payments that brought money: those that succeeded, whatever was paid back since, and those whose dispute is not lost. Of a
-- dispute of which no more is told the money is gone.
with

payments as (
    select * from {{ ref('int_payments') }}
),

disputes as (
    select * from {{ ref('stg_billing__disputes') }}
),

disputed as (
    select
        payment_id,
        max(case when status = 'lost' then 1 else 0 end) = 1 as is_lost
    from disputes
    group by payment_id
),

final as (
    select
        payments.payment_id,
        payments.customer_id,
        payments.invoice_id,
        payments.attempted_on as collected_on,
        payments.amount,
        case
            when payments.status = 'refunded' and payments.refunded_amount = 0 then payments.amount
            else payments.refunded_amount
        end as refunded_amount,
        payments.currency
    from payments
    left join disputed
        on payments.payment_id = disputed.payment_id
    where
        (payments.status in ('succeeded', 'refunded') and not coalesce(disputed.is_lost, false))
        or (payments.status = 'disputed' and not disputed.is_lost)
)

select * from final
