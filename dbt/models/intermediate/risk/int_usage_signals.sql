-- depends_on: {{ ref('stg_usage__features') }}
-- Use in the 7 and 28 days before the morning, and the habit of the eight weeks before the last.
{{ config(materialized='table') }}

with

scored as (
    select * from {{ ref('int_scored_customers') }}
),

usage_days as (
    select * from {{ ref('int_usage_days') }}
),

last_use as (
    select * from {{ ref('int_last_use') }}
),

recent as (
    select
        scored.score_on,
        scored.customer_id,
        {{ days_between('usage_days.used_on', 'scored.score_on') }} as days_ago,
        {% for word in range(feature_words()) -%}
        usage_days.feature_mask_{{ word }}{{ ',' if not loop.last }}
        {% endfor %}
    from scored
    inner join usage_days
        on
            scored.customer_id = usage_days.customer_id
            and usage_days.used_on < scored.score_on
            and usage_days.used_on >= {{ add_days('scored.score_on', -63) }}
),

counted as (
    select
        score_on,
        customer_id,
        sum(case when days_ago <= 7 then 1 else 0 end) as days_7,
        sum(case when days_ago <= 28 then 1 else 0 end) as days_28,
        sum(case when days_ago > 7 then 1 else 0 end) as habit_days,
        {{ united_feature_masks('days_ago <= 28') }}
    from recent
    group by score_on, customer_id
),

classed as (
    select
        scored.score_on,
        scored.customer_id,
        scored.mrr,
        cast(coalesce(counted.days_7, 0) as integer) as days_7,
        cast(coalesce(counted.days_28, 0) as integer) as days_28,
        cast(coalesce(counted.habit_days, 0) as integer) as habit_days,
        cast({{ features_in_masks() }} as integer) as features_28,
        cast({{ days_between('last_use.last_used_on', 'scored.score_on') }} as integer) as days_since_use,
        {{ frequency_class('counted.days_7', 'counted.days_28') }} as frequency_class,
        {{ frequency_class('counted.habit_days / 8.0', 'counted.habit_days / 2.0') }} as habit_class
    from scored
    left join counted
        on
            scored.score_on = counted.score_on
            and scored.customer_id = counted.customer_id
    left join last_use
        on
            scored.score_on = last_use.score_on
            and scored.customer_id = last_use.customer_id
)

select * from classed
