-- Payments with the invoice that they were for.
{{ config(materialized='table') }}

with

payments as (
    select * from {{ ref('stg_billing__payments') }}
),

links as (
    {{ newest_version('invoice_payments', ['invoice_payment_id']) }}
),

-- It may stand in a table of its own, under the payment or under the intent that it belongs to. A payment of
-- several invoices is of none of them.
linked_payments as (
    select
        payment_id,
        min(invoice_id) as invoice_id
    from links
    where payment_id is not null
    group by payment_id
    having count(distinct invoice_id) = 1
),

linked_intents as (
    select
        intent_id,
        min(invoice_id) as invoice_id
    from links
    where intent_id is not null
    group by intent_id
    having count(distinct invoice_id) = 1
),

final as (
    select
        {{ all_but(['invoice_id', 'intent_id'], 'payments') }},
        coalesce(payments.invoice_id, linked_payments.invoice_id, linked_intents.invoice_id) as invoice_id
    from payments
    left join linked_payments
        on payments.payment_id = linked_payments.payment_id
    left join linked_intents
        on payments.intent_id = linked_intents.intent_id
)

select * from final
