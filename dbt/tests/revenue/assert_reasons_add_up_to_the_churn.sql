{{ config(meta={'dagster': {'ref': {'name': 'mart_cancellation_reasons'}}}) }}
-- The customers and the MRR lost for each reason are all that were lost, in every period and slice.
with

by_row as (
    select
        grain,
        period_start,
        dimension,
        member,
        sum(customers_lost) as customers_lost,
        sum(mrr_lost) as mrr_lost
    from {{ ref('mart_cancellation_reasons') }}
    group by grain, period_start, dimension, member
)

select churn.*
from {{ ref('mart_churn_periods') }} as churn
left join by_row
    on
        churn.grain = by_row.grain
        and churn.period_start = by_row.period_start
        and churn.dimension = by_row.dimension
        and churn.member = by_row.member
where
    churn.customers_lost <> coalesce(by_row.customers_lost, 0)
    or churn.mrr_churn <> coalesce(by_row.mrr_lost, 0)
