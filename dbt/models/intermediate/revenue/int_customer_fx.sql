-- What a change of exchange rates did to a customer's MRR on a day: each piece held the day before, valued
-- at the new rate and at the old one. Read only where rates are dated.
with

pieces as (
    select * from {{ ref('int_recurring_periods_bridged') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

revalued as (
    select
        pieces.customer_id,
        new_rates.valid_from as changed_on,
        {%- for rates in ['new_rates', 'old_rates'] %}
        {{ if_it_fits(exact_cents(
            'pieces.monthly_numerator * ' ~ rates ~ '.rate_numerator',
            'pieces.monthly_denominator * ' ~ rates ~ '.rate_denominator'
        )) }} as mrr_at_{{ rates }}{{ ',' if not loop.last }}
        {%- endfor %}
    from pieces
    inner join rates as new_rates
        on
            pieces.currency = new_rates.currency
            and pieces.valid_from < new_rates.valid_from
            and (pieces.valid_to is null or pieces.valid_to >= new_rates.valid_from)
    inner join rates as old_rates
        on
            new_rates.currency = old_rates.currency
            and new_rates.valid_from = old_rates.valid_to
),

final as (
    select
        customer_id,
        changed_on,
        {{ money('sum(mrr_at_new_rates - mrr_at_old_rates)') }} as fx
    from revalued
    where changed_on <= {{ until_date() }}
    group by customer_id, changed_on
)

select * from final
