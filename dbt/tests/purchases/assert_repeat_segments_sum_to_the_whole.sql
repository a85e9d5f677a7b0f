-- Names each period and dimension whose members do not sum to the row of the whole business.
with

repeat_rate as (
    select * from {{ ref('mart_repeat_rate') }}
),

whole as (
    select * from repeat_rate
    where dimension = 'all'
),

sums as (
    select
        grain,
        period_start,
        dimension,
        sum(buyers_to_date) as buyers_to_date,
        sum(repeat_buyers_to_date) as repeat_buyers_to_date,
        sum(buyers) as buyers,
        sum(returning_buyers) as returning_buyers
    from repeat_rate
    group by grain, period_start, dimension
)

select sums.*
from sums
inner join whole
    on
        sums.grain = whole.grain
        and sums.period_start = whole.period_start
where
    sums.buyers_to_date <> whole.buyers_to_date
    or sums.repeat_buyers_to_date <> whole.repeat_buyers_to_date
    or sums.buyers <> whole.buyers
    or sums.returning_buyers <> whole.returning_buyers
