-- What a change of exchange rates did to a customer's MRR on a day: the whole change of each currency whose rate changed,
-- less what the customer himself changed, valued at the new rate. Read only where rates are dated.
with

currency_mrr as (
    select * from {{ ref('int_currency_mrr') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

final as (
    select
        currency_mrr.customer_id,
        currency_mrr.valid_from as changed_on,
        {{ money('sum(currency_mrr.delta - ' ~ exact_cents(
            'cast(' ~ cents('currency_mrr.delta_in_currency') ~ ' as ' ~ wide_integer() ~ ') * rates.rate_numerator',
            'rates.rate_denominator'
        ) ~ ')') }} as fx
    from currency_mrr
    inner join rates
        on
            currency_mrr.currency = rates.currency
            and currency_mrr.valid_from = rates.valid_from
    where currency_mrr.mrr_in_currency <> currency_mrr.delta_in_currency
    group by currency_mrr.customer_id, currency_mrr.valid_from
)

select * from final
