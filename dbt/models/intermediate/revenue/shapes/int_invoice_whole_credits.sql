-- Credit notes that come without lines and are for all that their invoice billed: each recurring line of it is taken back.
with

lines as (
    select * from {{ ref('int_invoice_line_amounts') }}
),

notes as (
    select
        notes.credit_note_id,
        notes.invoice_id,
        notes.status,
        notes.issued_on
    from {{ ref('stg_billing__credit_notes') }} as notes
    inner join {{ ref('stg_billing__invoices') }} as invoices
        on notes.invoice_id = invoices.invoice_id
    where
        notes.total = invoices.total
        and notes.credit_note_id not in (select lines.invoice_id from lines)
),

final as (
    select
        lines.* replace (
            notes.credit_note_id as invoice_id,
            case when notes.status in ('void', 'voided') then 'void' else 'paid' end as invoice_status,
            'credit' as kind,
            -lines.amount as amount,
            -lines.amount_billed as amount_billed,
            notes.issued_on as issued_on
        )
    from lines
    inner join notes
        on lines.invoice_id = notes.invoice_id
    where lines.kind = 'recurring' and lines.amount > 0
)

select * from final
