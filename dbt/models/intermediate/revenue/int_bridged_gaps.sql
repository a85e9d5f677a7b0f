-- Stretches of at most bridge_gap_days in which a customer's recurring periods leave nothing, between two
-- that leave something.
with

pieces as (
    select * from {{ ref('int_recurring_periods_in_currency') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

valued as (
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
            and {{ or_never('pieces.valid_to') }} > rates.valid_from
            and pieces.valid_from < {{ or_never('rates.valid_to') }}
),

changes as (
    select customer_id, valid_from as changed_on, mrr as delta
    from valued

    union all

    select customer_id, valid_to as changed_on, -mrr as delta
    from valued
    where valid_to is not null
),

by_day as (
    select
        customer_id,
        changed_on,
        sum(delta) as delta
    from changes
    group by customer_id, changed_on
    having sum(delta) <> 0
),

running as (
    select
        customer_id,
        changed_on,
        sum(delta) over (partition by customer_id order by changed_on) > 0 as is_worth_something
    from by_day
),

compared as (
    select
        *,
        coalesce(lag(is_worth_something) over (partition by customer_id order by changed_on), false) as was_worth_something
    from running
),

stretches as (
    select
        customer_id,
        is_worth_something,
        changed_on as valid_from,
        lead(changed_on) over (partition by customer_id order by changed_on) as valid_to
    from compared
    where is_worth_something <> was_worth_something
),

final as (
    select
        customer_id,
        valid_from,
        valid_to
    from stretches
    where
        not is_worth_something
        and {{ days_between('valid_from', 'valid_to') }} <= {{ var('bridge_gap_days') }}
)

select * from final
