-- Taxes of invoice lines that lie in a table of their own; minor units are made amounts of the line's currency.
with

source as (
    {{ newest_version('line_taxes', ['invoice_id', 'line_id', 'tax_id']) }}
),

lines as (
    select
        invoice_id,
        line_id,
        currency
    from {{ ref('int_invoice_lines') }}
),

-- Where the tax does not say whether it lies in the amount, its invoice does, or that of its credit note.
invoices as (
    select * from {{ ref('stg_billing__invoices') }}
),

credit_notes as (
    select * from {{ ref('stg_billing__credit_notes') }}
),

final as (
    select
        lines.invoice_id,
        lines.line_id,
        source.tax_id,
        {{ in_major_units('source.amount', 'source', 'lines.currency', counts=false) }} as amount,
        coalesce(source.is_inclusive, coalesce(invoices.tax_behavior, credited.tax_behavior) = 'inclusive', false) as is_inclusive,
        source._load_id,
        source._source_file,
        source._source_row
    from source
    inner join lines
        on
            source.line_id = lines.line_id
            and (source.invoice_id = lines.invoice_id or source.invoice_id is null)
    left join invoices
        on lines.invoice_id = invoices.invoice_id
    left join credit_notes
        on lines.invoice_id = credit_notes.credit_note_id
    left join invoices as credited
        on credit_notes.invoice_id = credited.invoice_id
)

select * from final
