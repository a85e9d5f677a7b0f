-- Full rates that a line which bills a part of an interval may be a part of, all positive, as fractions of
-- cents: plan price x quantity, the same less a discount that full lines of the subscription show, and what
-- full lines of the same plan billed. A credit may take back any full line around it.
{{ kept_by_customer(reads=['int_invoice_service_lines', 'int_invoice_line_shares']) }}

with

parts as (
    select * from {{ ref('int_invoice_line_shares') }}
    where has_interval and coalesce(quantity_millionths, 1) > 0 and {{ is_computed('customer_id') }}
),

whole as (
    select
        subscription_id,
        plan_id,
        quantity_millionths,
        price_millionths,
        amount_cents,
        months_numerator,
        months_denominator,
        min(period_start_at) as first_start_at,
        max(period_end_at) as last_end_at
    from {{ ref('int_invoice_service_lines') }}
    where is_whole and kind = 'recurring' and amount_cents > 0 and {{ is_computed('customer_id') }}
    group by
        subscription_id, plan_id, quantity_millionths, price_millionths, amount_cents,
        months_numerator, months_denominator
),

-- What was paid of the list price: 9/10 after a discount of a tenth. One line stands for all with the same
-- share.
kept as (
    select distinct
        subscription_id,
        {{ reduced('amount_cents * ' ~ millionths_squared_per_cent(), 'list_price') }} as kept_numerator,
        {{ reduced_unit('amount_cents * ' ~ millionths_squared_per_cent(), 'list_price') }}
            as kept_denominator
    from (
        select
            subscription_id,
            cast(amount_cents as {{ wide_integer() }}) as amount_cents,
            cast(price_millionths as {{ wide_integer() }}) * coalesce(quantity_millionths, 1000000)
                as list_price
        from whole
        where price_millionths > 0 and coalesce(quantity_millionths, 1) > 0
    ) as priced
),

list_prices as (
    select
        line_id,
        customer_id,
        subscription_id,
        cast(price_millionths as {{ wide_integer() }}) * coalesce(quantity_millionths, 1000000) as list_price
    from parts
    where price_millionths > 0
),

at_list_price as (
    select
        line_id,
        customer_id,
        1 as preference,
        {{ reduced('list_price', millionths_squared_per_cent()) }} as rate_numerator,
        {{ reduced_unit('list_price', millionths_squared_per_cent()) }} as rate_denominator
    from list_prices
),

at_discount as (
    select
        list_prices.line_id,
        list_prices.customer_id,
        3 as preference,
        {{ if_it_fits(
            reduced('list_prices.list_price', millionths_squared_per_cent()) ~ ' * kept.kept_numerator'
        ) }} as rate_numerator,
        {{ if_it_fits(
            reduced_unit('list_prices.list_price', millionths_squared_per_cent()) ~ ' * kept.kept_denominator'
        ) }} as rate_denominator
    from list_prices
    inner join kept
        on list_prices.subscription_id = kept.subscription_id
),

as_billed as (
    select
        parts.line_id,
        parts.customer_id,
        2 as preference,
        cast(whole.amount_cents as {{ wide_integer() }}) * case
            when whole.quantity_millionths > 0
                then coalesce(parts.quantity_millionths, whole.quantity_millionths)
            else 1
        end as rate_numerator,
        cast(
            case when whole.quantity_millionths > 0 then whole.quantity_millionths else 1 end
            as {{ wide_integer() }}
        ) as rate_denominator
    from parts
    inner join whole
        on
            parts.subscription_id = whole.subscription_id
            and whole.months_numerator * parts.interval_denominator
            = parts.interval_numerator * whole.months_denominator
            and (
                parts.plan_id = whole.plan_id
                or (parts.plan_id is null and whole.plan_id is null)
                or (
                    parts.amount_cents < 0
                    and parts.period_start_at >= whole.first_start_at
                    and parts.period_start_at < whole.last_end_at
                )
            )
),

final as (
    select * from at_list_price

    union all

    select * from as_billed

    union all

    select * from at_discount
)

select * from final
