{{ config(meta={'dagster': {'ref': {'name': 'fct_mrr_movements'}}}) }}
-- The sum of all movements up to a closing is the MRR at that closing: the two ways to the number agree to
-- the cent.
with

closings as (
    select
        periods.grain,
        periods.period_start,
        periods.closing_on,
        revenue.mrr_closing
    from {{ ref('int_periods') }} as periods
    inner join {{ ref('mart_revenue_periods') }} as revenue
        on
            periods.grain = revenue.grain
            and periods.period_start = revenue.period_start
            and revenue.dimension = 'all'
),

by_day as (
    select
        movement_on,
        sum(amount) as amount
    from {{ ref('fct_mrr_movements') }}
    group by movement_on
),

summed as (
    select
        closings.grain,
        closings.period_start,
        closings.mrr_closing,
        coalesce(sum(by_day.amount), 0) as movements
    from closings
    left join by_day
        on closings.closing_on > by_day.movement_on
    group by closings.grain, closings.period_start, closings.mrr_closing
)

select *
from summed
where movements <> mrr_closing
