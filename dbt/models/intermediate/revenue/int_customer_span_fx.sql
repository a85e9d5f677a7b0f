-- What exchange rates did between the two ends of a span, by the same rule as for a day: the whole change of each
-- currency whose rate differs, less what the customer changed, valued at the rate of the closing.
-- Read only where rates are dated.
with

spans as (
    select * from {{ ref('int_spans') }}
),

days as (
    select opening_on as on_day from spans

    union

    select closing_on as on_day from spans
),

currency_mrr as (
    select * from {{ ref('int_currency_mrr') }}
    where mrr_in_currency <> 0
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

worth as (
    select
        days.on_day,
        currency_mrr.customer_id,
        currency_mrr.currency,
        currency_mrr.mrr,
        currency_mrr.mrr_in_currency
    from days
    inner join currency_mrr
        on
            days.on_day > currency_mrr.valid_from
            and days.on_day <= coalesce(currency_mrr.valid_to, {{ after_until() }})
),

day_rates as (
    select
        days.on_day,
        rates.currency,
        rates.rate_numerator,
        rates.rate_denominator
    from days
    inner join rates
        on
            days.on_day > rates.valid_from
            and (rates.valid_to is null or days.on_day <= rates.valid_to)
),

compared as (
    select
        spans.opening_on,
        spans.closing_on,
        opening.customer_id,
        coalesce(closing.mrr, 0) - opening.mrr as delta,
        {{ money('coalesce(closing.mrr_in_currency, 0) - opening.mrr_in_currency') }} as delta_in_currency,
        closing_rates.rate_numerator,
        closing_rates.rate_denominator
    from spans
    inner join worth as opening
        on spans.opening_on = opening.on_day
    left join worth as closing
        on
            spans.closing_on = closing.on_day
            and opening.customer_id = closing.customer_id
            and opening.currency = closing.currency
    inner join day_rates as opening_rates
        on spans.opening_on = opening_rates.on_day and opening.currency = opening_rates.currency
    inner join day_rates as closing_rates
        on spans.closing_on = closing_rates.on_day and opening.currency = closing_rates.currency
    where
        opening_rates.rate_numerator * closing_rates.rate_denominator
        <> closing_rates.rate_numerator * opening_rates.rate_denominator
),

final as (
    select
        opening_on,
        closing_on,
        customer_id,
        {{ money('sum(delta - ' ~ exact_cents(
            'cast(' ~ cents('delta_in_currency') ~ ' as ' ~ wide_integer() ~ ') * rate_numerator',
            'rate_denominator'
        ) ~ ')') }} as fx
    from compared
    group by opening_on, closing_on, customer_id
)

select * from final
