-- Customer happiness index: for each part the share of that week's active customers who are at or below, weighted.
{%- set weights = health_weights() %}
{{ incremental_by_day(
    days_before=add_days('week_start', 7),
    inputs=['int_risk_scores'],
    spine='int_score_days',
    spine_where="occasion = 'week'",
    unique_key={'score_on': add_days('week_start', 7)}
) }}

with

score_days as (
    select * from {{ ref('int_score_days') }} as all_days
    where occasion = 'week' and score_on <= {{ after_until('usage') }} and {{ is_missing('all_days') }}
),

scores as (
    select * from {{ ref('int_risk_scores') }}
    where is_usage_known
),

ranked as (
    select
        scores.score_on,
        scores.customer_id,
        scores.days_28,
        scores.features_28,
        scores.days_since_use,
        scores.frequency_class,
        scores.habit_class,
        scores.has_fallen,
        scores.score as risk_score,
        cume_dist() over (partition by scores.score_on order by scores.days_28) as frequency,
        cume_dist() over (partition by scores.score_on order by scores.features_28) as breadth,
        cume_dist() over (
            partition by scores.score_on
            order by coalesce(scores.days_since_use, 100000) desc
        ) as recency
    from scores
    inner join score_days on scores.score_on = score_days.score_on
),

final as (
    select
        {{ add_days('score_on', -7) }} as week_start,
        customer_id,
        round(100 * (
            {{ weights.frequency }} * frequency
            + {{ weights.breadth }} * breadth
            + {{ weights.recency }} * recency
        ) / {{ weights.frequency + weights.breadth + weights.recency }}, 1) as happiness_index,
        frequency as frequency_percentile,
        breadth as breadth_percentile,
        recency as recency_percentile,
        days_28 as active_days_28,
        features_28,
        days_since_use,
        frequency_class,
        habit_class,
        has_fallen as has_fallen_below_habit,
        round(risk_score, 1) as risk_score
    from ranked
)

select * from final
