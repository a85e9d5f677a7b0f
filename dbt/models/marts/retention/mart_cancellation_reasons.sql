with

periods as (
    select * from {{ ref('int_periods') }}
),

lost_figures as (
    select * from {{ ref('int_lost_figures') }}
),

by_reason as (
    select
        grain,
        period_start,
        dimension,
        member,
        reason,
        sum(customers_lost) as customers_lost,
        sum(case when is_involuntary then customers_lost else 0 end) as customers_lost_involuntary,
        sum(mrr_lost) as mrr_lost
    from lost_figures
    group by grain, period_start, dimension, member, reason
),

final as (
    select
        periods.grain,
        periods.period_start,
        periods.period_end,
        periods.is_complete,
        periods.covered_until,
        by_reason.dimension,
        by_reason.member,
        by_reason.reason,
        cast(by_reason.customers_lost as bigint) as customers_lost,
        cast(by_reason.customers_lost_involuntary as bigint) as customers_lost_involuntary,
        {{ money('by_reason.mrr_lost') }} as mrr_lost,
        {{ share('by_reason.mrr_lost', 'sum(by_reason.mrr_lost) over one_row') }} as mrr_lost_share,
        cast(
            row_number() over (
                partition by by_reason.grain, by_reason.period_start, by_reason.dimension, by_reason.member
                order by by_reason.mrr_lost desc, by_reason.customers_lost desc, by_reason.reason
            ) as integer
        ) as place
    from by_reason
    inner join periods
        on by_reason.grain = periods.grain and by_reason.period_start = periods.period_start
    window
        one_row as (
            partition by by_reason.grain, by_reason.period_start, by_reason.dimension, by_reason.member
        )
)

select * from final
