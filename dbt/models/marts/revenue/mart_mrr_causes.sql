with

periods as (
    select * from {{ ref('int_periods') }}
),

figures as (
    select * from {{ ref('int_cause_figures') }}
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
        figures.cause,
        figures.customers_expanded,
        figures.mrr_expansion,
        figures.customers_contracted,
        figures.mrr_contraction
    from figures
    inner join periods
        on figures.opening_on = periods.period_start and figures.closing_on = periods.closing_on
)

select * from final
