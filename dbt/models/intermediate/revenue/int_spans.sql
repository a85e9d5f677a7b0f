-- Pairs of days between which customers are compared: every period, and the twelve months up to every
-- closing. Both days are exclusive ends: what counts is the day before them.
with

periods as (
    select * from {{ ref('int_periods') }}
),

data_begins as (
    select min(period_start) as first_on from periods where grain = 'month'
),

pairs as (
    select period_start as opening_on, closing_on
    from periods

    union

    select {{ add_months('periods.closing_on', -12) }} as opening_on, periods.closing_on
    from periods
    cross join data_begins
    where {{ add_months('periods.closing_on', -12) }} >= data_begins.first_on
),

final as (
    select opening_on, closing_on
    from pairs
)

select * from final
