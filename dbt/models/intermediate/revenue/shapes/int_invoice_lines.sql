-- Invoice lines, completed with what their invoice or credit note says where the two lie in different files; minor units are made
-- amounts of the currency. A table, not a view: millions of rows, read by the recurring lines and by the purchases. A night reads
-- the lines of which something was loaded.
{{ incremental_by('line_id') }}

with

lines as (
    select * from {{ ref('stg_billing__invoice_lines') }}
    where {{ is_computed('line_id') }}
),

invoices as (
    select * from {{ ref('stg_billing__invoices') }}
),

credit_notes as (
    select * from {{ ref('stg_billing__credit_notes') }}
),

-- An invoice of which nothing was paid may be written off by a credit note.
written_off as (
    select distinct invoice_id
    from credit_notes
    where replace(lower(reason), ' ', '_') = 'write_off' and coalesce(status, '') not in ('void', 'voided')
),

completed as (
    select
        {{ all_but(['customer_id', 'invoice_status', 'currency', 'issued_at', 'paid_at'], 'lines') }},
        coalesce(lines.customer_id, invoices.customer_id, credit_notes.customer_id, credited.customer_id) as customer_id,
        coalesce(
            case when written_off.invoice_id is not null and invoices.amount_paid = 0 then 'uncollectible' end,
            lines.invoice_status,
            invoices.status,
            case
                when credit_notes.status in ('void', 'voided') then 'void'
                when credit_notes.invoice_id in (select written_off.invoice_id from written_off) and credited.amount_paid = 0
                    then 'uncollectible'
                when credit_notes.credit_note_id is not null then 'paid'
            end
        ) as invoice_status,
        coalesce(lines.currency, invoices.currency, credit_notes.currency, credited.currency) as currency,
        coalesce(lines.issued_at, invoices.issued_at, credit_notes.issued_at) as issued_at,
        coalesce(lines.paid_at, invoices.paid_at) as paid_at,
        coalesce(invoices.tax_behavior, credited.tax_behavior) = 'inclusive' as has_taxes_inside
    from lines
    left join invoices
        on lines.invoice_id = invoices.invoice_id
    left join written_off
        on lines.invoice_id = written_off.invoice_id
    left join credit_notes
        on lines.invoice_id = credit_notes.credit_note_id
    left join invoices as credited
        on credit_notes.invoice_id = credited.invoice_id
),

final as (
    select
        line_id,
        invoice_id,
        invoice_status,
        customer_id,
        subscription_id,
        item_id,
        plan_id,
        credited_line_id,
        kind,
        quantity,
        {{ in_major_units('amount') }} as amount,
        {{ in_major_units('discount_included') }} as discount_included,
        has_taxes_inside,
        currency,
        period_start_at,
        period_end_at,
        period_start_on,
        period_end_on,
        is_proration,
        issued_at,
        {{ local_date('issued_at') }} as issued_on,
        paid_at,
        {{ local_date('paid_at') }} as paid_on,
        _load_id,
        _source_file,
        _source_row
    from completed
)

select * from final
