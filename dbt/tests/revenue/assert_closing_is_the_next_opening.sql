-- What one period ends with, the next of the same grain begins with.
with

neighbours as (
    select
        grain,
        dimension,
        member,
        period_start,
        period_end,
        customers_closing,
        mrr_closing,
        lead(period_start) over series as next_start,
        lead(customers_opening) over series as next_customers_opening,
        lead(mrr_opening) over series as next_mrr_opening
    from {{ ref('mart_revenue_periods') }}
    window series as (partition by grain, dimension, member order by period_start)
)

select *
from neighbours
where
    next_start is not null
    and (
        next_start <> period_end
        or customers_closing <> next_customers_opening
        or mrr_closing <> next_mrr_opening
    )
