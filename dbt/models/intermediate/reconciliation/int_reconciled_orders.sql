-- Guard: the lines of an order come to its own subtotal, or to that and the discounts, since a line may be given before those
-- of the whole order.
with

totals as (
    select * from {{ ref('int_order_totals') }}
    where subtotal is not null
),

lines as (
    select
        order_id,
        min(currency) as currency,
        min(ordered_on) as ordered_on,
        sum(amount_exported) as amount
    from {{ ref('int_orders') }}
    group by order_id
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

compared as (
    select
        totals.order_id,
        {{ converted('abs(totals.subtotal)', 'rates.rate') }} as amount_checked,
        {{ converted('greatest(totals.subtotal - lines.amount, 0)', 'rates.rate') }} as too_low,
        {{ converted(
            'greatest(lines.amount - totals.subtotal - abs(coalesce(totals.discount, 0)), 0)', 'rates.rate'
        ) }} as too_high
    from totals
    inner join lines
        on totals.order_id = lines.order_id
    left join rates
        on lines.currency = rates.currency and {{ rate_holds_on('rates', 'lines.ordered_on') }}
),

ranked as (
    select
        *,
        row_number() over (order by too_low + too_high desc, order_id) as place
    from compared
),

final as (
    select
        'orders' as guard,
        false as is_present,
        count(*) as rows_checked,
        coalesce(sum(case when too_low + too_high > 0 then 1 else 0 end), 0) as rows_differing,
        coalesce(sum(amount_checked), 0) as amount_checked,
        coalesce(sum(too_low + too_high), 0) as amount_differing,
        0 as mrr_effect,
        null as mrr_effect_month,
        0 as warns_above_rows,
        0 as warns_above_money,
        null as refuses_above_rows,
        null as refuses_above_money,
        concat('lines too low: ', coalesce(sum(too_low), 0), '; lines too high: ', coalesce(sum(too_high), 0)) as detail,
        {{ examples('case when too_low + too_high > 0 then order_id end') }} as examples
    from ranked
)

select * from final
