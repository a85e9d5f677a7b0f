{{ config(meta={'dagster': {'ref': {'name': 'mart_mrr_causes'}}}) }}
-- Over all causes, expansion and contraction of a period and member are those of mart_revenue_periods.
with

causes as (
    select
        grain,
        period_start,
        dimension,
        member,
        sum(mrr_expansion) as mrr_expansion,
        sum(mrr_contraction) as mrr_contraction
    from {{ ref('mart_mrr_causes') }}
    group by grain, period_start, dimension, member
),

periods as (
    select * from {{ ref('mart_revenue_periods') }}
)

select
    periods.grain,
    periods.period_start,
    periods.dimension,
    periods.member,
    periods.mrr_expansion,
    causes.mrr_expansion as by_cause,
    periods.mrr_contraction,
    causes.mrr_contraction as contraction_by_cause
from periods
left join causes
    on
        periods.grain = causes.grain
        and periods.period_start = causes.period_start
        and periods.dimension = causes.dimension
        and periods.member = causes.member
where
    periods.mrr_expansion <> coalesce(causes.mrr_expansion, 0)
    or periods.mrr_contraction <> coalesce(causes.mrr_contraction, 0)
