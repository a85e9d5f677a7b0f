with

figures as (
    select * from {{ ref('int_period_figures') }}
),

final as (
    select
        {{ period_columns() }},
        customers_lost_voluntary,
        customers_lost_involuntary,
        mrr_churn_voluntary,
        mrr_churn_involuntary
    from figures
)

select * from final
