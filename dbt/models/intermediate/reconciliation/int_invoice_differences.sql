-- The invoices that do not add up to the cent, each with the class of its difference. The lines are too high where the
-- difference is positive; MRR is then too high by the same share.
with

totals as (
    select * from {{ ref('int_invoice_totals') }}
    where difference <> 0
),

lines as (
    select
        invoice_id,
        concat(invoice_id, '/', line_id) as line_key
    from {{ ref('int_invoice_lines') }}
    where invoice_id in (select totals.invoice_id from totals)
),

-- What each invoice is worth a month, as understood, and while it is.
monthly as (
    select
        lines.invoice_id,
        sum(pieces.mrr) as mrr,
        min(pieces.valid_from) as valid_from,
        max(pieces.valid_to) as valid_to
    from {{ ref('int_recurring_periods') }} as pieces
    inner join lines
        on pieces.source_table = 'invoice_lines' and pieces.source_key = lines.line_key
    group by lines.invoice_id
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

-- One rounding for each line.
judged as (
    select
        *,
        cast(greatest(line_count, 1) as decimal(18, 2)) * cast(0.01 as decimal(4, 2)) as tolerance,
        -- Discount and tax of what is given back are given back too.
        case when amount_stated < 0 then -1 else 1 end * difference as excess,
        abs(tax) as tax_amount
    from totals
),

classed as (
    select
        *,
        case
            when line_count = 0 then 'lines missing'
            when abs(difference) <= tolerance then 'rounding'
            when discount > 0 and abs(excess - discount) <= tolerance then 'discount not in the lines'
            when tax <> 0 and abs(excess - tax_amount) <= tolerance then 'tax in the lines'
            when credited > 0 and abs(abs(difference) - credited) <= tolerance then 'credit note elsewhere'
            -- What the vendor names goes before what follows from its total.
            when implied_discount > 0 and abs(excess - implied_discount) <= tolerance then 'discount not in the lines'
            when greatest(discount, implied_discount) > 0 and tax <> 0
                and abs(excess - greatest(discount, implied_discount) - tax_amount) <= tolerance
                then 'discount not in the lines, tax in the lines'
            when difference < 0 then 'lines missing'
            else 'other'
        end as difference_class
    from judged
),

final as (
    select
        classed.invoice_id,
        classed.customer_id,
        classed.issued_on,
        classed.difference_class,
        classed.currency,
        classed.amount_stated,
        classed.amount_understood,
        classed.difference,
        {{ converted('classed.difference', 'rates.rate') }} as amount,
        -- Without a line nothing says what part of the invoice would recur.
        {% if var('recurring_from') == 'invoice_lines' -%}
        {{ money(
            'case when classed.amount_understood <> 0'
            ~ ' then coalesce(monthly.mrr, 0) * (cast(classed.difference as double) / cast(classed.amount_understood as double)) end'
        ) }}
        {%- else -%}
        {{ money('0') }}
        {%- endif %} as mrr_effect,
        monthly.valid_from as mrr_effect_from,
        monthly.valid_to as mrr_effect_to
    from classed
    left join monthly
        on classed.invoice_id = monthly.invoice_id
    left join rates
        on classed.currency = rates.currency and {{ rate_holds_on('rates', 'classed.issued_on') }}
)

select * from final
