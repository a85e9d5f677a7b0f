with

figures as (
    select * from {{ ref('int_period_figures') }}
),

final as (
    select
        {{ period_columns() }}
    from figures
)

select * from final
