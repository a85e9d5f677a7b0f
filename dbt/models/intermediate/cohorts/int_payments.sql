-- Payments with the invoice that they were for, and what lost disputes took of them.
{{ config(materialized='table') }}

with

links as (
    {{ newest_version('invoice_payments', ['invoice_payment_id']) }}
),

disputes as (
    select * from {{ ref('stg_billing__disputes') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

-- The invoice may stand in a table of its own, under the payment or under the intent that it belongs to. A payment of
-- several invoices is of none of them.
{% for key in ['payment_id', 'intent_id'] -%}
linked_by_{{ key }} as (
    select
        {{ key }},
        min(invoice_id) as invoice_id
    from links
    where {{ key }} is not null
    group by {{ key }}
    having count(distinct invoice_id) = 1
),

{% endfor -%}
payments as (
    select
        {{ all_but(['invoice_id', 'intent_id'], 'payments') }},
        coalesce(payments.invoice_id, linked_by_payment_id.invoice_id, linked_by_intent_id.invoice_id) as invoice_id
    from {{ ref('stg_billing__payments') }} as payments
    left join linked_by_payment_id
        on payments.payment_id = linked_by_payment_id.payment_id
    left join linked_by_intent_id
        on payments.intent_id = linked_by_intent_id.intent_id
),

-- A dispute that names no amount takes all that was paid; a bank may dispute in another currency than was paid. Of a payment
-- that is in dispute, and of whose disputes no more is told, the money is gone.
disputed as (
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

lost as (
    select
        payment_id,
        {{ money('least(sum(lost), max(paid))') }} as amount
    from disputed
    group by payment_id
),

final as (
    select
        payments.*,
        lost.amount as lost_amount
    from payments
    left join lost
        on payments.payment_id = lost.payment_id
)

select * from final
