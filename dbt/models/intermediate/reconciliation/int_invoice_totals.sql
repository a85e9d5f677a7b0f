-- What the vendor says of each invoice, beside its lines as they were understood. Only invoices that can count: drafts and void
-- ones are nobody's revenue.
{{ config(materialized='table') }}

with

invoices as (
    select * from {{ ref('stg_billing__invoices') }}
    where coalesce(status, 'paid') in ('open', 'paid', 'uncollectible') and coalesce(total, subtotal) is not null
),

lines as (
    select
        invoice_id,
        count(*) as line_count,
        sum(case when kind <> 'tax' then amount_billed else 0 end) as amount,
        sum(case when kind = 'tax' then amount_billed else 0 end) as tax,
        sum(discount_told) as discount_told,
        sum(tax_told) as tax_told,
        max(case when kind in ('credit', 'tax') then 0 else 1 end) = 0 as is_credit,
        min(customer_id) as customer_id,
        min(currency) as currency,
        min(issued_on) as issued_on
    from {{ ref('int_invoice_line_amounts') }}
    group by invoice_id
),

-- The invoice's own discount and tax speak first, then the tables of discounts and taxes, then lines that are a tax.
known as (
    select
        invoices.invoice_id,
        coalesce(invoices.customer_id, lines.customer_id) as customer_id,
        coalesce(invoices.currency, lines.currency) as currency,
        coalesce(invoices.issued_on, lines.issued_on) as issued_on,
        invoices.subtotal,
        invoices.total,
        abs(coalesce(invoices.discount, lines.discount_told, 0)) as discount,
        coalesce(invoices.tax, nullif(lines.tax_told, 0), nullif(lines.tax, 0)) as tax,
        coalesce(invoices.amount_credited, 0) as credited,
        coalesce(lines.line_count, 0) as line_count,
        coalesce(lines.amount, 0) as amount_understood,
        coalesce(lines.is_credit, false) as is_credit
    from invoices
    left join lines
        on invoices.invoice_id = lines.invoice_id
),

-- What the lines must come to: the total without tax. Where the vendor names no tax, what the discount leaves of the subtotal.
stated as (
    select
        *,
        case
            when total is null then subtotal - discount
            when tax is not null then total - tax
            when subtotal - discount between 0 and total then subtotal - discount
            else total
        end as net
    from known
),

-- Shipping or a rounding of the whole invoice lies on top of the lines and is none of theirs; some vendors write credits as
-- positive amounts.
compared as (
    select
        *,
        case
            when is_credit and amount_understood = -net then -net
            when amount_understood = subtotal - discount and amount_understood + coalesce(tax, 0) < total
                then amount_understood
            else net
        end as amount_stated
    from stated
),

final as (
    select
        invoice_id,
        customer_id,
        currency,
        issued_on,
        {{ money('discount') }} as discount,
        {{ money('coalesce(tax, 0)') }} as tax,
        {{ money('abs(credited)') }} as credited,
        line_count,
        {{ money('amount_stated') }} as amount_stated,
        {{ money('amount_understood') }} as amount_understood,
        {{ money('amount_understood - amount_stated') }} as difference,
        -- A discount that no column names is what the total lacks of the subtotal and the tax.
        {{ money('greatest(coalesce(subtotal + coalesce(tax, 0) - total, 0), 0)') }} as implied_discount
    from compared
)

select * from final
