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

{{ money_guard('orders', 'compared', 'order_id', {'lines too low': 'too_low', 'lines too high': 'too_high'}) }}

select * from final
