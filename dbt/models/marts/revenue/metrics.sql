with

revenue_metrics as (
    select * from {{ ref('int_revenue_metrics') }}
),

final as (
    select
        cast(metric as {{ dbt.type_string() }}) as metric,
        grain,
        period_start,
        dimension,
        member,
        numerator,
        denominator,
        value
    from revenue_metrics
)

select * from final
