-- Money paid back, once, however an export writes it: a row of its own, an amount on the payment, a credit note that was
-- refunded. What two of them say of one payment or invoice is the same money.
{{ config(materialized='table') }}

with

collected as (
    select * from {{ ref('int_collected_payments') }}
),

payments as (
    select * from {{ ref('stg_billing__payments') }}
),

given as (
    select * from {{ ref('int_refund_rows') }}
),

credit_notes as (
    select * from {{ ref('stg_billing__credit_notes') }}
    where status = 'refunded' and total > 0
),

invoices as (
    select * from {{ ref('stg_billing__invoices') }}
),

given_sums as (
    select
        payment_id,
        sum(amount) as amount
    from given
    group by payment_id
),

-- of a payment that brought nothing (it failed, its dispute is lost), or that a passer-by made, nothing is paid back
by_row as (
    select
        given.customer_id,
        given.payment_id,
        given.invoice_id,
        given.refunded_on,
        given.amount,
        given.currency,
        coalesce(collected.collected_on, given.refunded_on) as rated_on
    from given
    left join collected
        on given.payment_id = collected.payment_id
    left join payments
        on given.payment_id = payments.payment_id
    where given.customer_id is not null and (collected.payment_id is not null or payments.payment_id is null)
),

-- what the payment says beyond these rows has no day of its own
on_payment as (
    select
        collected.customer_id,
        collected.payment_id,
        collected.invoice_id,
        collected.collected_on as refunded_on,
        collected.refunded_amount - coalesce(given_sums.amount, 0) as amount,
        collected.currency,
        collected.collected_on as rated_on
    from collected
    left join given_sums
        on collected.payment_id = given_sums.payment_id
    where collected.refunded_amount > coalesce(given_sums.amount, 0)
),

known as (
    select * from by_row

    union all

    select * from on_payment
),

known_of_invoices as (
    select
        invoice_id,
        sum(amount) as amount
    from known
    where invoice_id is not null
    group by invoice_id
),

refunded_notes as (
    select
        *,
        sum(total) over (partition by coalesce(invoice_id, credit_note_id) order by issued_on, credit_note_id) as total_so_far
    from credit_notes
),

by_note as (
    select
        coalesce(refunded_notes.customer_id, invoices.customer_id) as customer_id,
        cast(null as {{ dbt.type_string() }}) as payment_id,
        refunded_notes.invoice_id,
        refunded_notes.issued_on as refunded_on,
        least(refunded_notes.total, refunded_notes.total_so_far - coalesce(known_of_invoices.amount, 0)) as amount,
        coalesce(refunded_notes.currency, invoices.currency) as currency,
        refunded_notes.issued_on as rated_on
    from refunded_notes
    left join invoices
        on refunded_notes.invoice_id = invoices.invoice_id
    left join known_of_invoices
        on refunded_notes.invoice_id = known_of_invoices.invoice_id
    where refunded_notes.total_so_far > coalesce(known_of_invoices.amount, 0)
),

final as (
    select * from known

    union all

    select * from by_note
)

select * from final
