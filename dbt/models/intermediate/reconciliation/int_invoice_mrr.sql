-- What each invoice is worth a month, as understood, and while it is.
with

lines as (
    select
        invoice_id,
        concat(invoice_id, '/', line_id) as line_key
    from {{ ref('stg_billing__invoice_lines') }}
),

pieces as (
    select * from {{ ref('int_recurring_periods') }}
    where source_table = 'invoice_lines'
),

final as (
    select
        lines.invoice_id,
        sum(pieces.mrr) as mrr,
        min(pieces.valid_from) as valid_from,
        max(pieces.valid_to) as valid_to
    from pieces
    inner join lines
        on pieces.source_key = lines.line_key
    group by lines.invoice_id
)

select * from final
