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

ranked as (
    select
        *,
        row_number() over (order by amount_differing desc, invoice_id) as place
    from compared
),

final as (
    select
        'credits' as guard,
        false as is_present,
        count(*) as rows_checked,
        coalesce(sum(case when amount_differing > 0 then 1 else 0 end), 0) as rows_differing,
        coalesce(sum(amount_checked), 0) as amount_checked,
        coalesce(sum(amount_differing), 0) as amount_differing,
        null as mrr_effect,
        null as mrr_effect_month,
        0 as warns_above_rows,
        0 as warns_above_money,
        null as refuses_above_rows,
        null as refuses_above_money,
        null as detail,
        {{ examples('case when amount_differing > 0 then invoice_id end') }} as examples
    from ranked
)

select * from final
