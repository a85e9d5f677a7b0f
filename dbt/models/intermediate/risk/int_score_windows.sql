-- Which days of which months lie in the 7, 28 and 63 days before a morning, as bits like those of int_usage_months.
{{ config(materialized='table') }}

with

score_days as (
    select distinct score_on from {{ ref('int_score_days') }}
),

numbers as (
    {{ numbers(2) }}
),

days as (
    select
        score_days.score_on,
        numbers.n as days_ago,
        {{ add_days('score_days.score_on', '-numbers.n') }} as day
    from score_days
    cross join numbers
    where numbers.n between 1 and 63
),

final as (
    select
        score_on,
        {{ period_start('month', 'day') }} as month,
        {%- for window in [7, 28, 63] %}
        cast(sum(case when days_ago <= {{ window }} then {{ day_bit('day') }} else 0 end) as bigint)
            as mask_{{ window }}{{ ',' if not loop.last }}
        {%- endfor %}
    from days
    group by score_on, {{ period_start('month', 'day') }}
)

select * from final
