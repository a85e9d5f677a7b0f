-- Days of use before each morning, from the months that its windows reach into. A month without use has no row. Where use is
-- not covered up to a morning, the days before the last one that is covered: not covered is not unused.
with

scored as (
    select * from {{ ref('int_scored_customers') }}
),

score_days as (
    select distinct
        score_on,
        {{ known_to('score_on', 'usage') }} as known_to
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

-- the months that the 63 days before a morning reach into, the newest first, and which of their days lie in the 7, 28 and 63
-- days, as bits like those of int_usage_months
score_windows as (
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
),

usage_months as (
    select * from {{ ref('int_usage_months') }}
    where month >= (select min(score_windows.month_3) from score_windows)
),

final as (
    select
        scored.score_on,
        scored.customer_id,
        scored.mrr,
        score_windows.known_to,
        {%- for window in [7, 28, 63] %}
        {% for months_back in range(4) -%}
        coalesce(
            bit_count(months_{{ months_back }}.day_mask & score_windows.mask_{{ window }}_{{ months_back }}), 0
        ) {{ '+' if not loop.last }}
        {% endfor -%}
        as days_{{ window }},
        {%- endfor %}
        coalesce(
            {%- for months_back in range(4) %}
            {{ newest_day(
                'score_windows.month_' ~ months_back,
                'months_' ~ months_back ~ '.day_mask & score_windows.mask_63_' ~ months_back
            ) }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as last_used_on
    from scored
    inner join score_windows
        on scored.score_on = score_windows.score_on
    {%- for months_back in range(4) %}
    left join usage_months as months_{{ months_back }}
        on
            scored.customer_id = months_{{ months_back }}.customer_id
            and score_windows.month_{{ months_back }} = months_{{ months_back }}.month
    {%- endfor %}
)

select * from final
