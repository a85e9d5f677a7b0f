with

periods as (
    select * from {{ ref('int_periods') }}
),

figures as (
    select * from {{ ref('int_movement_figures') }}
),

final as (
    select
        periods.grain,
        periods.period_start,
        periods.period_end,
        periods.is_complete,
        periods.covered_until,
        cast(figures.dimension as {{ dbt.type_string() }}) as dimension,
        cast(figures.member as {{ dbt.type_string() }}) as member,
        cast(figures.movement_type as {{ dbt.type_string() }}) as movement_type,
        figures.movements,
        figures.customers,
        figures.amount
    from figures
    inner join periods
        on figures.grain = periods.grain and figures.period_start = periods.period_start
)

select * from final
