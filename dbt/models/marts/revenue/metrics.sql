-- What the period marts say, in tall form: every column that their YAML calls a metric.
with

churn_periods as (
    select * from {{ ref('mart_churn_periods') }}
),

revenue_periods as (
    select * from {{ ref('mart_revenue_periods') }}
),

repeat_rate as (
    select * from {{ ref('mart_repeat_rate') }}
),

purchase_periods as (
    select * from {{ ref('mart_purchase_periods') }}
),

unioned as (
    {{ tall('mart_churn_periods', 'churn_periods') }}
    union all
    {{ tall('mart_revenue_periods', 'revenue_periods') }}
    union all
    {{ tall('mart_repeat_rate', 'repeat_rate') }}
    union all
    {{ tall('mart_purchase_periods', 'purchase_periods') }}
),

final as (
    select
        cast(metric as {{ dbt.type_string() }}) as metric,
        cast(unit as {{ dbt.type_string() }}) as unit,
        cast(grain as {{ dbt.type_string() }}) as grain,
        period_start,
        period_end,
        is_complete,
        covered_until,
        cast(dimension as {{ dbt.type_string() }}) as dimension,
        cast(member as {{ dbt.type_string() }}) as member,
        numerator,
        denominator,
        value
    from unioned
)

select * from final
