-- A table, not a view: millions of rows, read by the recurring lines and by the purchases. A night reads the lines of which
-- something was loaded.
{{ incremental_by('line_id') }}

with

source as (
    {{ newest_version('invoice_lines', ['invoice_id', 'line_id'], among=is_computed('line_id')) }}
),

invoices as (
    {{ newest_version('invoices', ['invoice_id']) }}
),

credit_notes as (
    {{ newest_version('credit_notes', ['credit_note_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

-- An invoice of which nothing was paid may be written off by a credit note.
written_off as (
    select distinct invoice_id
    from credit_notes
    where replace(lower(reason), ' ', '_') = 'write_off' and coalesce(lower(status), '') not in ('void', 'voided')
),

completed as (
    select
        {{ all_but(['customer_id', 'invoice_status', 'currency', 'issued_at', 'paid_at'], 'source') }},
        coalesce(source.customer_id, invoices.customer_id, credit_notes.customer_id, credited.customer_id) as customer_id_as_given,
        coalesce(
            case when written_off.invoice_id is not null and invoices.amount_paid = 0 then 'uncollectible' end,
            source.invoice_status,
            invoices.status,
            case
                when lower(credit_notes.status) in ('void', 'voided') then 'void'
                when credit_notes.invoice_id in (select written_off.invoice_id from written_off) and credited.amount_paid = 0
                    then 'uncollectible'
                when credit_notes.credit_note_id is not null then 'paid'
            end
        ) as invoice_status,
        upper(coalesce(source.currency, invoices.currency, credit_notes.currency, credited.currency)) as currency,
        coalesce(source.issued_at, invoices.issued_at, credit_notes.issued_at) as issued_at,
        coalesce(source.paid_at, invoices.paid_at) as paid_at
    from source
    left join invoices
        on source.invoice_id = invoices.invoice_id
    left join written_off
        on source.invoice_id = written_off.invoice_id
    left join credit_notes
        on source.invoice_id = credit_notes.credit_note_id
    left join invoices as credited
        on credit_notes.invoice_id = credited.invoice_id
),

final as (
    select
        completed.line_id,
        completed.invoice_id,
        completed.invoice_status,
        coalesce(customer_ids.customer_id, completed.customer_id_as_given) as customer_id,
        completed.subscription_id,
        completed.item_id,
        completed.plan_id,
        completed.credited_line_id,
        completed.kind,
        completed.quantity,
        {{ in_major_units('completed.amount') }} as amount,
        {{ in_major_units('completed.discount_included') }} as discount_included,
        completed.currency,
        completed.period_start_at,
        completed.period_end_at,
        {{ local_date('completed.period_start_at') }} as period_start_on,
        {{ local_date('completed.period_end_at') }} as period_end_on,
        coalesce(completed.is_proration, false) as is_proration,
        completed.issued_at,
        {{ local_date('completed.issued_at') }} as issued_on,
        completed.paid_at,
        {{ local_date('completed.paid_at') }} as paid_on,
        completed._load_id,
        completed._source_file,
        completed._source_row
    from completed
    left join customer_ids
        on completed.customer_id_as_given = customer_ids.customer_id_as_given
)

select * from final
