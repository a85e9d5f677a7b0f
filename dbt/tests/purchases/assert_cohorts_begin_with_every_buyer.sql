{{ config(meta={'dagster': {'ref': {'name': 'mart_cohorts'}}}) }}
-- Names each cohort of buyers of which not everybody bought in its own month, and each cohort whose sizes differ
-- from mart_repeat_cohorts.
with

cohorts as (
    select * from {{ ref('mart_cohorts') }}
    where kind = 'orders'
),

repeat_cohorts as (
    select * from {{ ref('mart_repeat_cohorts') }}
)

select
    cohort_month,
    'not everybody bought at age 0' as finding
from cohorts
where age_months = 0 and active_customers <> cohort_customers

union all

select
    repeat_cohorts.cohort_month,
    'mart_repeat_cohorts has another number of buyers' as finding
from repeat_cohorts
inner join cohorts on repeat_cohorts.cohort_month = cohorts.cohort_month and cohorts.age_months = 0
where repeat_cohorts.buyers <> cohorts.cohort_customers
