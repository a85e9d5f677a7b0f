-- What exchange rates did between the two ends of a span, comparing the customer at both like every period
-- figure: the whole change of each currency whose rate differs, less what the customer changed, valued at
-- the rate of the closing. Read only where rates are dated.
with

spans as (
    select * from {{ ref('int_spans') }}
),

currency_mrr as (
    select * from {{ ref('int_currency_mrr') }}
    where mrr_in_currency <> 0
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

days as (
    select opening_on as on_day from spans

    union

    select closing_on as on_day from spans
),

worth as (
    select
        days.on_day,
        currency_mrr.customer_id,
        currency_mrr.currency,
        currency_mrr.mrr,
        currency_mrr.mrr_in_currency,
        rates.rate
    from days
    inner join currency_mrr
        on
            days.on_day > currency_mrr.valid_from
            and days.on_day <= coalesce(currency_mrr.valid_to, {{ after_until() }})
    inner join rates
        on
            currency_mrr.currency = rates.currency
            and days.on_day > rates.valid_from
            and (rates.valid_to is null or days.on_day <= rates.valid_to)
),

closing_rates as (
    select
        days.on_day,
        rates.currency,
        rates.rate,
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
        cast(
            (coalesce(closing.mrr_in_currency, 0) - opening.mrr_in_currency) * 10000000000 as {{ wide_integer() }}
        ) as delta_in_currency,
        closing_rates.rate_numerator,
        closing_rates.rate_denominator
    from spans
    inner join worth as opening
        on spans.opening_on = opening.on_day
    inner join closing_rates
        on
            spans.closing_on = closing_rates.on_day
            and opening.currency = closing_rates.currency
            and opening.rate <> closing_rates.rate
    left join worth as closing
        on
            spans.closing_on = closing.on_day
            and opening.customer_id = closing.customer_id
            and opening.currency = closing.currency
),

final as (
    select
        opening_on,
        closing_on,
        customer_id,
        {{ money('sum(delta - ' ~ exact_cents(
            'delta_in_currency * rate_numerator', 'rate_denominator * cast(100000000 as ' ~ wide_integer() ~ ')'
        ) ~ ')') }} as fx
    from compared
    group by opening_on, closing_on, customer_id
)

select * from final
