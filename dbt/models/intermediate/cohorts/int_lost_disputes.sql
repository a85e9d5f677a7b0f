-- What disputes that were lost took of a payment: their amounts, of which one that names none takes all that was paid. Of a
-- payment that is in dispute, and of whose disputes no more is told, the money is gone.
with

payments as (
    select * from {{ ref('int_payments') }}
),

disputes as (
    select * from {{ ref('stg_billing__disputes') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

-- a bank may dispute in another currency than was paid
in_the_payments_currency as (
    select
        payments.payment_id,
        payments.amount as paid,
        case
            when disputes.amount is null then payments.amount
            when disputes.currency is null or disputes.currency = payments.currency then disputes.amount
            else
                {{ exact_cents(
                    cents('disputes.amount') ~ ' * cast(of_dispute.rate_numerator as ' ~ wide_integer()
                    ~ ') * of_payment.rate_denominator',
                    'cast(of_dispute.rate_denominator as ' ~ wide_integer() ~ ') * of_payment.rate_numerator'
                ) }}
        end as lost
    from payments
    inner join disputes
        on payments.payment_id = disputes.payment_id
    left join rates as of_dispute
        on disputes.currency = of_dispute.currency and {{ rate_holds_on('of_dispute', 'payments.attempted_on') }}
    left join rates as of_payment
        on payments.currency = of_payment.currency and {{ rate_holds_on('of_payment', 'payments.attempted_on') }}
    where disputes.status = 'lost'

    union all

    select
        payment_id,
        amount as paid,
        amount as lost
    from payments
    where status = 'disputed' and payment_id not in (select disputes.payment_id from disputes)
),

final as (
    select
        payment_id,
        {{ money('least(sum(lost), max(paid))') }} as amount
    from in_the_payments_currency
    group by payment_id
)

select * from final
