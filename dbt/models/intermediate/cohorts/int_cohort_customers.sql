with

movements as (
    select * from {{ ref('int_mrr_movements') }}
),

customers as (
    select * from {{ ref('stg_billing__customers') }}
),

buyers as (
    select * from {{ ref('int_buyers') }}
),

final as (
    select
        'revenue' as kind,
        customer_id,
        {{ period_start('month', 'movement_on') }} as cohort_month,
        amount as cohort_mrr,
        plan_id
    from movements
    where movement_type = 'new'

    union all

    select
        'usage' as kind,
        customer_id,
        {{ period_start('month', 'created_on') }} as cohort_month,
        cast(null as decimal(18, 2)) as cohort_mrr,
        cast(null as {{ dbt.type_string() }}) as plan_id
    from customers
    where created_on <= {{ until_date() }}

    union all

    select
        'orders' as kind,
        customer_id,
        {{ period_start('month', 'first_purchased_on') }} as cohort_month,
        cast(null as decimal(18, 2)) as cohort_mrr,
        cast(null as {{ dbt.type_string() }}) as plan_id
    from buyers
)

select * from final
