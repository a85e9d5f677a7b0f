with

periods as (
    select * from {{ ref('int_periods') }}
),

members as (
    select
        dimension,
        member
    from {{ ref('int_segment_members') }}
),

figures as (
    select * from {{ ref('int_health_figures') }}
),

final as (
    select
        periods.grain,
        periods.period_start,
        periods.period_end,
        {{ how_far('periods.period_end') }},
        members.dimension,
        members.member,
        cast(coalesce(figures.customers_scored, 0) as integer) as customers_scored,
        cast(coalesce(figures.customers_with_use, 0) as integer) as customers_with_use,
        {{ share('figures.happiness_total', 'figures.customers_with_use') }} as happiness,
        cast(coalesce(figures.customers_dormant, 0) as integer) as customers_dormant,
        {{ share('figures.customers_dormant', 'figures.customers_with_use') }} as dormant_rate,
        cast(coalesce(figures.customers_below_habit, 0) as integer) as customers_below_habit,
        {{ share('figures.customers_below_habit', 'figures.customers_with_use') }} as below_habit_rate,
        {{ share('figures.risk_total', 'figures.customers_scored') }} as risk_score,
        cast(coalesce(figures.customers_at_risk, 0) as integer) as customers_at_risk,
        {{ share('figures.customers_at_risk', 'figures.customers_scored') }} as at_risk_rate,
        {{ money('coalesce(figures.mrr_at_risk, 0)') }} as mrr_at_risk
    from periods
    cross join members
    left join figures
        on
            periods.closing_on = figures.score_on
            and members.dimension = figures.dimension
            and members.member = figures.member
)

select * from final
