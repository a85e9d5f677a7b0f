-- Every pair of a cohort month and a month it has been observed in to the end. Cells that lie
-- in the running month or later are absent, not zero.
with

customers as (

    select * from {{ ref('stg_billing__customers') }}

),

purchases as (

    select * from {{ ref('int_purchases') }}

),

movements as (

    select * from {{ ref('fct_mrr_movements') }}

),

beginnings as (

    select min(created_on) as first_on from customers
    union all
    select min(purchased_on) as first_on from purchases
    union all
    select min(movement_on) as first_on from movements

),

numbers as (

    {{ numbers(3) }}

),

months as (

    select {{ add_months(period_start('month', 'beginning.first_on'), 'numbers.n') }} as month
    from (select min(first_on) as first_on from beginnings) as beginning
    cross join numbers
    where
        {{ add_months(period_start('month', 'beginning.first_on'), 'numbers.n + 1') }} <= {{ after_until() }}

),

final as (

    select
        cohorts.month as cohort_month,
        cast({{ months_between('cohorts.month', 'months.month') }} as integer) as age_months,
        months.month,
        {{ add_months('months.month', 1) }} as month_end
    from months as cohorts
    inner join months on cohorts.month <= months.month

)

select * from final
