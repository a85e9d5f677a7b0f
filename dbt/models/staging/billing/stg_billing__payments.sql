-- A table, not a view: read by many models.
{{ config(materialized='table') }}

with

source as (
    {{ newest_version('payments', ['payment_id']) }}
),

links as (
    {{ newest_version('invoice_payments', ['invoice_payment_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

-- Which invoice a payment was for may stand in a table of its own, under the payment or under the intent that it belongs to.
-- One that pays several invoices is of none of them.
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
        source.payment_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        coalesce(source.invoice_id, linked_payments.invoice_id, linked_intents.invoice_id) as invoice_id,
        source.status,
        source.failure_code,
        source.amount,
        coalesce(source.refunded_amount, 0) as refunded_amount,
        upper(source.currency) as currency,
        source.attempted_at,
        {{ local_date('source.attempted_at') }} as attempted_on,
        source._load_id,
        source._source_file,
        source._source_row
    from source
    left join linked_payments
        on source.payment_id = linked_payments.payment_id
    left join linked_intents
        on source.intent_id = linked_intents.intent_id
    left join customer_ids
        on source.customer_id = customer_ids.customer_id_as_given
)

select * from final
