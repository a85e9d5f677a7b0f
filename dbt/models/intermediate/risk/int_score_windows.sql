-- The months that the 63 days before a morning reach into, the newest first, and which of their days lie in the 7, 28
-- and 63 days, as bits like those of int_usage_months. Where use is not covered up to a morning, the days before the last
-- one that is covered: not covered is not unused.
{{ config(materialized='table') }}

with

score_days as (
    select distinct
        score_on,
        least(score_on, {{ after_until('usage') }}) as known_to
    from {{ ref('int_score_days') }}
),

numbers as (
    {{ numbers(2) }}
),

days as (
    select
        score_days.score_on,
        score_days.known_to,
        {{ period_start('month', add_days('score_days.known_to', -1)) }} as newest_month,
        numbers.n as days_ago,
        {{ add_days('score_days.known_to', '-numbers.n') }} as day
    from score_days
    cross join numbers
    where numbers.n between 1 and 63
),

final as (
    select
        score_on,
        known_to,
        {%- for months_back in range(4) %}
        {{ add_months('newest_month', -months_back) }} as month_{{ months_back }},
        {%- for window in [7, 28, 63] %}
        cast(sum(
            case
                when days_ago <= {{ window }} and {{ months_between('day', 'newest_month') }} = {{ months_back }}
                    then {{ day_bit('day') }}
                else 0
            end
        ) as bigint) as mask_{{ window }}_{{ months_back }}{{ ',' if not loop.last }}
        {%- endfor %}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from days
    group by score_on, known_to, newest_month
)

select * from final
