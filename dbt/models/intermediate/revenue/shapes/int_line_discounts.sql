-- Discounts of invoice lines that lie in a table of their own, as given. How long a discount lasts stands in it, in the discount
-- that it names, or in the coupon of that. Of an invoice that names its coupons alone the discount of each line lasts as they do,
-- where all of them last alike.
with

source as (
    {{ newest_version('line_discounts', ['invoice_id', 'line_id', 'discount_id']) }}
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

of_invoices as (
    {{ newest_version('invoice_discounts', ['invoice_id', 'discount_id']) }}
),

lasting_alike as (
    select
        of_invoices.invoice_id,
        case when count(*) = count(durations.duration) then min(durations.duration) end as duration
    from of_invoices
    left join durations
        on of_invoices.discount_id = durations.discount_id
    group by of_invoices.invoice_id
    having count(distinct durations.duration) <= 1
),

named as (
    select
        source.invoice_id,
        source.line_id,
        source.discount_id,
        source.amount,
        source.in_minor_units,
        source.counts_thousandths,
        coalesce(source.duration, durations.duration) as duration
    from source
    left join durations
        on source.discount_id = durations.discount_id
),

final as (
    select * from named

    union all

    select
        lines.invoice_id,
        lines.line_id,
        cast(null as {{ dbt.type_string() }}) as discount_id,
        abs(lines.discount_included) as amount,
        lines.in_minor_units,
        lines.counts_thousandths,
        lasting_alike.duration
    from {{ ref('stg_billing__invoice_lines') }} as lines
    inner join lasting_alike
        on lines.invoice_id = lasting_alike.invoice_id
    left join named
        on lines.invoice_id = named.invoice_id and lines.line_id = named.line_id
    where
        lines.discount_included <> 0
        and named.line_id is null
        and lines.line_id not in (select named.line_id from named where named.invoice_id is null)
)

select * from final
