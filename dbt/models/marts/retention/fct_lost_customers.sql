with

lost_customers as (
    select * from {{ ref('int_lost_customers') }}
),

final as (
    select
        cast(grain as {{ dbt.type_string() }}) as grain,
        period_start,
        customer_id,
        mrr_lost,
        plan_opening as plan_id,
        reason,
        is_involuntary
    from lost_customers
)

select * from final
