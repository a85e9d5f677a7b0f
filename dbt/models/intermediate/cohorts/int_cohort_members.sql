-- Who is in a cohort, as part of the whole and by each dimension. The attributes are the customer's own and hold for all time;
-- the plan is the first one paid for, which no cohort of sign-ups or of buyers knows in its month.
with

cohort_customers as (
    select * from {{ ref('int_cohort_customers') }}
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
