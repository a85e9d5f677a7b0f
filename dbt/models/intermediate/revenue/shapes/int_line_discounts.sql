-- Discounts of invoice lines that lie in a table of their own; minor units are made amounts of the line's currency. How long a
-- discount lasts stands in it, in the discount that it names, or in the coupon of that.
with

source as (
    {{ newest_version('line_discounts', ['invoice_id', 'line_id', 'discount_id']) }}
),

lines as (
    select
        invoice_id,
        line_id,
        currency
    from {{ ref('int_invoice_lines') }}
),

discounts as (
    {{ newest_version('discounts', ['discount_id']) }}
),

durations as (
    select
        discounts.discount_id,
        coalesce(discounts.duration, coupons.duration) as duration
    from discounts
    left join discounts as coupons
        on discounts.coupon_id = coupons.discount_id
),

final as (
    select
        lines.invoice_id,
        lines.line_id,
        source.discount_id,
        case
            when source.in_minor_units then {{ money('source.amount * ' ~ worth_of_minor_unit('lines.currency', 'source')) }}
            else source.amount
        end as amount,
        coalesce(source.duration, durations.duration) as duration,
        source._load_id,
        source._source_file,
        source._source_row
    from source
    inner join lines
        on
            source.line_id = lines.line_id
            and (source.invoice_id = lines.invoice_id or source.invoice_id is null)
    left join durations
        on source.discount_id = durations.discount_id
)

select * from final
