-- What was paid for each line of a paid invoice, where the export has no orders: less what was paid back of the invoice.
with

orders as (
    select * from {{ ref('int_orders') }}
),

invoice_lines as (
    select {{ all_but(['amount', 'amount_billed']) }}, amount_billed as amount
    from {{ ref('int_invoice_line_amounts') }}
    where not exists (select 1 from orders)
),

refunded_invoices as (
    select * from {{ ref('int_refunded_invoices') }}
),

-- an invoice over nothing (a trial's, or one paid wholly by credit) buys nothing
standing_invoices as (
    select invoice_id
    from invoice_lines
    where invoice_status = 'paid' and kind <> 'tax'
    group by invoice_id
    having sum(amount) > 0
),

sold_lines as (
    select
        *,
        sum(amount) over (
            partition by invoice_id order by line_id rows between unbounded preceding and current row
        ) as amount_so_far
    from invoice_lines
    where kind <> 'tax'
),

-- a part that was paid back is taken off each line alike, to the cent
final as (
    select
        'invoice_lines' as source_table,
        invoice_lines.invoice_id as document_id,
        invoice_lines.line_id,
        invoice_lines.customer_id,
        coalesce(invoice_lines.paid_at, invoice_lines.issued_at) as purchased_at,
        coalesce(invoice_lines.paid_on, invoice_lines.issued_on) as purchased_on,
        invoice_lines.plan_id as product_id,
        cast(null as {{ dbt.type_string() }}) as product_name,
        invoice_lines.kind as product_category,
        cast(null as {{ dbt.type_string() }}) as campaign,
        invoice_lines.amount - coalesce(
            {{ paid_part('refunded_invoices.refunded_amount', 'invoice_lines.amount_so_far', 'refunded_invoices.amount') }}
            - {{ paid_part(
                'refunded_invoices.refunded_amount', 'invoice_lines.amount_so_far - invoice_lines.amount', 'refunded_invoices.amount'
            ) }},
            0
        ) as amount,
        invoice_lines.currency,
        invoice_lines._source_file as source_file,
        invoice_lines._source_row as source_row
    from sold_lines as invoice_lines
    inner join standing_invoices on invoice_lines.invoice_id = standing_invoices.invoice_id
    left join refunded_invoices on invoice_lines.invoice_id = refunded_invoices.invoice_id
    where not coalesce(refunded_invoices.is_refunded_whole, false)
)

select * from final
