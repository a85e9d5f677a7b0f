-- Every month in which a cohort began, with every month since that has been observed to the end. Cells that lie
-- in the running month or later are absent, not zero.
with

cohort_customers as (
    select * from {{ ref('int_cohort_customers') }}
),

numbers as (
    {{ numbers(4) }}
),

cohorts as (
    select distinct cohort_month from cohort_customers
),

final as (
    select
        cohorts.cohort_month,
        cast(numbers.n as integer) as age_months,
        {{ add_months('cohorts.cohort_month', 'numbers.n') }} as month,
        {{ add_months('cohorts.cohort_month', 'numbers.n + 1') }} as month_end
    from cohorts
    inner join numbers
        on numbers.n < {{ months_between('cohorts.cohort_month', after_until()) }}
)

select * from final
