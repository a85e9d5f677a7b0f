-- How customers stood on the morning after each period, by member. The happiness index is a rank: its mean over everybody is the
-- same every week. What is summed here is the level behind it, with the same weights; exactly, whatever the order of rows.
{%- set weights = health_weights() %}
{{ incremental_by_day(
    days_before='score_on',
    inputs=['int_risk_scores', 'int_customer_segments'],
    spine='int_score_days',
    spine_where="occasion <> 'week'",
    unique_key={'score_on': 'score_on'}
) }}

with

score_days as (
    select distinct score_on from {{ ref('int_score_days') }} as all_days
    where occasion <> 'week' and {{ is_missing('all_days') }}
),

scores as (
    select
        risk_scores.*,
        {{ add_days('risk_scores.score_on', -1) }} as last_on,
        max(risk_scores.features_28) over (partition by risk_scores.score_on) as most_features
    from {{ ref('int_risk_scores') }} as risk_scores
    inner join score_days on risk_scores.score_on = score_days.score_on
),

valued as (
    select
        customer_id,
        score_on,
        last_on,
        mrr,
        score,
        frequency_class,
        has_fallen,
        is_usage_known,
        case when is_usage_known then 100 * (
            {{ weights.frequency }} * days_28 / cast(28 as double)
            + {{ weights.breadth }} * coalesce({{ share('features_28', 'most_features') }}, 0)
            + {{ weights.recency }} * (1 - least(coalesce(days_since_use, 28), 28) / cast(28 as double))
        ) / {{ weights.frequency + weights.breadth + weights.recency }} end as happiness
    from scores
),

{{ of_members('valued', 'last_on') }},

final as (
    select
        score_on,
        dimension,
        member,
        count(*) as customers_scored,
        sum(case when is_usage_known then 1 else 0 end) as customers_with_use,
        sum(cast(happiness as decimal(18, 4))) as happiness_total,
        sum(case when is_usage_known and frequency_class = 'dormant' then 1 else 0 end) as customers_dormant,
        sum(case when is_usage_known and has_fallen then 1 else 0 end) as customers_below_habit,
        sum(cast(score as decimal(18, 4))) as risk_total,
        sum(case when score >= 50 then 1 else 0 end) as customers_at_risk,
        sum(case when score >= 50 then mrr else 0 end) as mrr_at_risk
    from valued_of_members
    group by score_on, dimension, member
)

select * from final
