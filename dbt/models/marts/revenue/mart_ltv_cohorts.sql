with

cohorts as (
    select * from {{ ref('int_cohorts') }}
    where kind in ('revenue', 'orders') and dimension = 'all'
),

final as (
    select
        kind,
        cohort_month,
        age_months,
        cohort_customers,
        revenue,
        cumulative_revenue,
        {{ exact_cents(cents('cumulative_revenue'), 'cohort_customers') }} as revenue_per_customer
    from cohorts
)

select * from final
