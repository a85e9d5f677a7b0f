-- Who is in a cohort, as part of the whole and by each dimension. The attributes are the customer's own and hold for all time;
-- the plan is the first one paid for, which no cohort of sign-ups or of buyers knows in its month.
{{ fingerprinted_by_day(['cohort_month'], 'kind, customer_id, dimension, member') }}

with

cohort_customers as (
    select
        'revenue' as kind,
        customer_id,
        {{ period_start('month', 'movement_on') }} as cohort_month,
        amount as cohort_mrr,
        plan_id
    from {{ ref('int_mrr_movements') }}
    where movement_type = 'new'

    union all

    select
        'usage' as kind,
        customer_id,
        {{ period_start('month', 'created_on') }} as cohort_month,
        cast(null as decimal(18, 2)) as cohort_mrr,
        cast(null as {{ dbt.type_string() }}) as plan_id
    from {{ ref('int_customers') }}
    where created_on <= {{ until_date() }}

    union all

    select
        'orders' as kind,
        customer_id,
        {{ period_start('month', 'first_purchased_on') }} as cohort_month,
        cast(null as decimal(18, 2)) as cohort_mrr,
        cast(null as {{ dbt.type_string() }}) as plan_id
    from {{ ref('int_buyers') }}
),

segments as (
    select * from {{ ref('int_customer_segments') }}
),

final as (
    select
        cohort_customers.kind,
        cohort_customers.customer_id,
        cohort_customers.cohort_month,
        cohort_customers.cohort_mrr,
        segments.dimension,
        segments.member
    from cohort_customers
    inner join segments
        on cohort_customers.customer_id = segments.customer_id
    where segments.dimension not like '%+%'
{%- if 'plan' in var('dimensions') %}

    union all

    select
        kind,
        customer_id,
        cohort_month,
        cohort_mrr,
        'plan' as dimension,
        plan_id as member
    from cohort_customers
    where kind = 'revenue'
{%- endif %}
)

select * from final
