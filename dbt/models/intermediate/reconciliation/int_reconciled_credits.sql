-- Guard: what the vendor says was credited of an invoice is found in the credit notes that name it. More may be found, since
-- some vendors count among the credits only those that were not paid back.
with

invoices as (
    select * from {{ ref('stg_billing__invoices') }}
    where amount_credited <> 0 and coalesce(status, 'paid') <> 'void'
),

notes as (
    select * from {{ ref('stg_billing__credit_notes') }}
    where lower(coalesce(status, '')) not in ('void', 'voided')
),

note_lines as (
    select
        invoice_id as credit_note_id,
        sum(amount) as amount
    from {{ ref('int_invoice_lines') }}
    where kind in ('credit', 'tax')
    group by invoice_id
),

found as (
    select
        notes.invoice_id,
        sum(greatest(abs(coalesce(notes.total, 0)), abs(coalesce(note_lines.amount, 0)))) as amount
    from notes
    left join note_lines
        on notes.credit_note_id = note_lines.credit_note_id
    group by notes.invoice_id
),

-- Credits may stand among the lines of the invoice itself.
own_credits as (
    select
        invoice_id,
        sum(abs(amount)) as amount
    from {{ ref('int_invoice_lines') }}
    where kind = 'credit'
    group by invoice_id
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

compared as (
    select
        invoices.invoice_id,
        {{ converted('abs(invoices.amount_credited)', 'rates.rate') }} as amount_checked,
        {{ converted(
            'greatest(abs(invoices.amount_credited) - coalesce(found.amount, 0) - coalesce(own_credits.amount, 0), 0)', 'rates.rate'
        ) }} as amount_differing
    from invoices
    left join found
        on invoices.invoice_id = found.invoice_id
    left join own_credits
        on invoices.invoice_id = own_credits.invoice_id
    left join rates
        on invoices.currency = rates.currency and {{ rate_holds_on('rates', 'invoices.issued_on') }}
),

{{ money_guard('credits', 'compared', 'invoice_id', {'credited beyond': 'amount_differing'}, mrr_effect='null') }}

select * from final
