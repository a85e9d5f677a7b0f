with

revenue_metrics as (
    select * from {{ ref('int_revenue_metrics') }}
),

purchase_metrics as (
    select * from {{ ref('int_purchase_metrics') }}
),

unioned as (
    select
        metric, unit, grain, period_start, period_end, is_complete, dimension, member, numerator, denominator, value
    from revenue_metrics

    union all

    select
        metric, unit, grain, period_start, period_end, is_complete, dimension, member, numerator, denominator, value
    from purchase_metrics
),

final as (
    select
        cast(metric as {{ dbt.type_string() }}) as metric,
        cast(unit as {{ dbt.type_string() }}) as unit,
        cast(grain as {{ dbt.type_string() }}) as grain,
        period_start,
        period_end,
        is_complete,
        cast(dimension as {{ dbt.type_string() }}) as dimension,
        cast(member as {{ dbt.type_string() }}) as member,
        {{ money('numerator') }} as numerator,
        {{ money('denominator') }} as denominator,
        cast(value as double) as value
    from unioned
)

select * from final
