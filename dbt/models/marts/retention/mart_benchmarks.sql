-- Twelve months to the close of a complete month: a calendar year would leave the newest eleven out.
with

periods as (
    select * from {{ ref('int_periods') }}
),

benchmarks as (
    select * from {{ ref('benchmark_industries') }}
),

customer_months as (
    select * from {{ ref('fct_customer_months') }}
),

segments as (
    select * from {{ ref('int_customer_segments') }}
),

months as (
    select
        period_start as month,
        period_end
    from periods
    where grain = 'month' and is_complete
),

-- the customers active when the twelve months began, and which of them are active at their end
opened as (
    select
        months.month,
        months.period_end,
        segments.member as industry,
        customer_months.customer_id
    from months
    inner join customer_months
        on customer_months.month = {{ add_months('months.month', -12) }} and customer_months.mrr_closing > 0
    inner join segments
        on customer_months.customer_id = segments.customer_id and segments.dimension = 'industry'
),

kept as (
    select
        opened.period_end,
        opened.industry,
        cast(count(*) as integer) as customers_opening,
        cast(count(customer_months.customer_id) as integer) as customers_retained
    from opened
    left join customer_months
        on
            opened.customer_id = customer_months.customer_id
            and opened.month = customer_months.month
            and customer_months.mrr_closing > 0
    group by opened.period_end, opened.industry
),

final as (
    select
        {{ add_months('kept.period_end', -12) }} as year_start,
        kept.period_end as year_end,
        kept.industry,
        kept.customers_opening,
        kept.customers_retained,
        {{ share('kept.customers_retained', 'kept.customers_opening') }} as retention_rate,
        benchmarks.benchmark,
        benchmarks.yearly_retention_rate as benchmark_rate,
        {{ share('kept.customers_retained', 'kept.customers_opening') }} - benchmarks.yearly_retention_rate
            as above_benchmark
    from kept
    left join benchmarks on replace(replace(lower(kept.industry), '_', ' '), '-', ' ') = benchmarks.industry
)

select * from final
