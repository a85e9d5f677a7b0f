-- Pieces in the reporting currency, before short gaps are bridged: what tells where there is a gap.
with

pieces as (
    select * from {{ ref('int_recurring_periods_in_currency') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

final as (
    select
        pieces.customer_id,
        {{ if_it_fits(exact_amount(
            'pieces.monthly_numerator * rates.rate_numerator',
            'pieces.monthly_denominator * rates.rate_denominator'
        )) }} as mrr,
        greatest(pieces.valid_from, rates.valid_from) as valid_from,
        least(pieces.valid_to, rates.valid_to) as valid_to
    from pieces
    inner join rates
        on
            pieces.currency = rates.currency
            and (pieces.valid_to is null or rates.valid_from < pieces.valid_to)
            and (rates.valid_to is null or pieces.valid_from < rates.valid_to)
)

select * from final
