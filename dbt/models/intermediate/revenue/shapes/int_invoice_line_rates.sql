-- The full rate (per whole interval, in cents) of each line that bills a part of one. The billing system
-- rounded the part to the cent: a known full rate whose part rounds to the billed amount is the rate. One that
-- is too wide to be compared exactly is no candidate.
{{ kept_by_customer(reads=['int_invoice_line_shares', 'int_invoice_known_rates']) }}

with

parts as (
    select * from {{ ref('int_invoice_line_shares') }}
    where has_interval and {{ is_computed('customer_id') }}
),

known as (
    select * from {{ ref('int_invoice_known_rates') }}
),

fitting as (
    select
        parts.line_id,
        known.rate_numerator,
        known.rate_denominator,
        row_number() over (
            partition by parts.line_id
            order by
                {{ if_it_fits(
                    'abs(known.rate_numerator * parts.utc_part'
                    ~ ' - abs(parts.amount_cents) * known.rate_denominator * parts.utc_whole)'
                    ~ ' / cast(known.rate_denominator as double)'
                ) }},
                known.preference,
                known.rate_numerator
        ) as nearness
    from parts
    inner join known
        on parts.line_id = known.line_id
    where
        {%- for clock in ['utc', 'wall', 'day'] %}
        {{ 'or ' if not loop.first -}}
        {{ if_it_fits(
            '2 * abs(known.rate_numerator * parts.' ~ clock ~ '_part'
            ~ ' - abs(parts.amount_cents) * known.rate_denominator * parts.' ~ clock ~ '_whole)'
            ~ ' <= known.rate_denominator * parts.' ~ clock ~ '_whole'
        ) }}
        {%- endfor %}
),

rated as (
    select
        parts.*,
        fitting.line_id is not null as is_known,
        coalesce(
            fitting.rate_numerator,
            cast(abs(parts.amount_cents) as {{ wide_integer() }}) * parts.utc_whole
        ) as rate_numerator,
        coalesce(fitting.rate_denominator, cast(parts.utc_part as {{ wide_integer() }})) as rate_denominator
    from parts
    left join fitting
        on parts.line_id = fitting.line_id and fitting.nearness = 1
),

-- A credit of no known rate takes back a part billed before: both were rounded, so their bounds add up.
taken_back as (
    select
        credits.line_id,
        debits.rate_numerator,
        debits.rate_denominator,
        row_number() over (
            partition by credits.line_id
            order by debits.period_start_at desc, debits.line_id
        ) as nearness
    from rated as credits
    inner join rated as debits
        on
            credits.subscription_id = debits.subscription_id
            and coalesce(credits.plan_id, '') = coalesce(debits.plan_id, '')
            and coalesce(credits.quantity_millionths, 0) = coalesce(debits.quantity_millionths, 0)
            and credits.period_start_at >= debits.period_start_at
            and credits.period_start_at < debits.period_end_at
    where
        credits.amount_cents < 0
        and not credits.is_known
        and debits.amount_cents > 0
        and abs(
            cast(credits.rate_numerator as double) / credits.rate_denominator
            - cast(debits.rate_numerator as double) / debits.rate_denominator
        ) <= (
            cast(credits.utc_whole as double) / credits.utc_part
            + cast(debits.utc_whole as double) / debits.utc_part
        ) / 2
),

final as (
    select
        rated.line_id,
        rated.customer_id,
        rated.interval_numerator,
        rated.interval_denominator,
        sign(rated.amount_cents) * coalesce(taken_back.rate_numerator, rated.rate_numerator)
            as rate_numerator,
        coalesce(taken_back.rate_denominator, rated.rate_denominator) as rate_denominator
    from rated
    left join taken_back
        on rated.line_id = taken_back.line_id and taken_back.nearness = 1
)

select * from final
