{{ config(meta={'dagster': {'ref': {'name': 'fct_customer_months'}}}) }}
-- The customers behind a month are the number in the month.
with

by_month as (
    select
        month,
        sum(mrr_opening) as mrr_opening,
        sum(mrr_closing) as mrr_closing,
        sum(case when status = 'lost' then 1 else 0 end) as customers_lost,
        sum(case when status = 'new' then 1 else 0 end) as customers_new
    from {{ ref('fct_customer_months') }}
    group by month
)

select revenue.*
from {{ ref('mart_revenue_periods') }} as revenue
left join by_month
    on revenue.period_start = by_month.month
where
    revenue.grain = 'month'
    and revenue.dimension = 'all'
    and (
        revenue.mrr_opening <> coalesce(by_month.mrr_opening, 0)
        or revenue.mrr_closing <> coalesce(by_month.mrr_closing, 0)
        or revenue.customers_lost <> coalesce(by_month.customers_lost, 0)
        or revenue.customers_new <> coalesce(by_month.customers_new, 0)
    )
