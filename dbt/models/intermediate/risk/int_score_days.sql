-- The mornings on which customers are looked at: each month's first, the newest 26 Mondays,
-- and the day after the last one covered. Only what happened before that morning is known.
{{ config(materialized='table') }}

with

periods as (
    select * from {{ ref('int_periods') }}
),

numbers as (
    {{ numbers(2) }}
),

mornings as (
    select
        period_start as score_on,
        'month' as occasion
    from periods
    where grain = 'month'

    union all

    select
        {{ add_days(period_start('week', after_until()), '-7 * numbers.n') }} as score_on,
        'week' as occasion
    from numbers
    where numbers.n < 26

    union all

    select
        {{ after_until() }} as score_on,
        'now' as occasion
    from (select 1 as one) as once
),

final as (
    select distinct
        score_on,
        occasion
    from mornings
)

select * from final
