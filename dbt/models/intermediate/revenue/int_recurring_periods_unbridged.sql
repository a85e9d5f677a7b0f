-- Pieces in the reporting currency, cut where a dated rate changes. An unknown currency keeps its row with no mrr:
-- the test assert_every_currency_has_a_rate names it, nothing vanishes.
with

pieces as (
    select * from {{ ref('int_recurring_periods_in_currency') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

converted as (
    select
        pieces.*,
        rates.rate_numerator,
        rates.rate_denominator,
        greatest(pieces.valid_from, rates.valid_from) as rated_from,
        least(pieces.valid_to, rates.valid_to) as rated_to
    from pieces
    left join rates
        on
            pieces.currency = rates.currency
            and (pieces.valid_to is null or rates.valid_from < pieces.valid_to)
            and (rates.valid_to is null or pieces.valid_from < rates.valid_to)
),

final as (
    select
        customer_id,
        subscription_id,
        plan_id,
        quantity,
        {{ exact_cents('monthly_numerator * rate_numerator', 'monthly_denominator * rate_denominator') }} as mrr,
        rated_from as valid_from,
        rated_to as valid_to,
        currency,
        {{ exact_cents('monthly_numerator', 'monthly_denominator') }} as mrr_in_currency,
        case when valid_to = rated_to then end_reason end as end_reason,
        source_table,
        source_key,
        source_file,
        source_row
    from converted
)

select * from final
