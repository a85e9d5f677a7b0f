-- Days of use before each morning, from the months that its windows reach into. A month without use has no row.
with

scored as (
    select * from {{ ref('int_scored_customers') }}
),

score_windows as (
    select * from {{ ref('int_score_windows') }}
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
