-- depends_on: {{ ref('stg_usage__features') }}
-- Use in the 7 and 28 days before the morning, and the habit of the eight weeks before the last.
{{ incremental_by_day(
    days_before='score_on',
    inputs=['int_usage_days', 'int_usage_months', 'int_scored_customers'],
    spine='int_score_days', unique_key={'score_on': 'score_on'}
) }}

with

counted as (
    select * from {{ ref('int_usage_counts') }} as all_mornings
    where {{ is_missing('all_mornings') }}
),

lookback_days as (
    select * from {{ ref('int_score_lookback_days') }} as all_mornings
    where {{ is_missing('all_mornings') }}
),

morning_slots as (
    select distinct score_on, slot_start from lookback_days
),

slot_days as (
    select distinct day, slot_start from lookback_days
),

usage_days as (
    select * from {{ ref('int_usage_days') }}
    where feature_count > 0
),

-- Who was silent for nine weeks: one pass over months and mornings, ordered by day, instead of looking back from each.
timeline as (
    select
        customer_id,
        last_used_on as on_day,
        last_used_on as used_on,
        cast(null as date) as score_on
    from {{ ref('int_usage_months') }}
    where customer_id in (select counted.customer_id from counted where counted.last_used_on is null)

    union all

    select
        customer_id,
        {{ add_days('known_to', -1) }} as on_day,
        cast(null as date) as used_on,
        score_on
    from counted
    where last_used_on is null
),

looked_back as (
    select
        customer_id,
        score_on,
        max(used_on) over (
            partition by customer_id
            order by on_day
            range between unbounded preceding and current row
        ) as last_used_on
    from timeline
),

slots as (
    select
        usage_days.customer_id,
        slot_days.slot_start,
        {{ united_feature_masks() }}
    from usage_days
    inner join slot_days
        on usage_days.used_on = slot_days.day
    group by usage_days.customer_id, slot_days.slot_start
),

features as (
    select
        counted.score_on,
        counted.customer_id,
        {{ united_feature_masks() }}
    from counted
    inner join morning_slots
        on counted.score_on = morning_slots.score_on
    inner join slots
        on
            counted.customer_id = slots.customer_id
            and morning_slots.slot_start = slots.slot_start
    group by counted.score_on, counted.customer_id
),

final as (
    select
        counted.score_on,
        counted.customer_id,
        counted.mrr,
        counted.known_to,
        cast(counted.days_7 as integer) as days_7,
        cast(counted.days_28 as integer) as days_28,
        cast(counted.days_63 - counted.days_7 as integer) as habit_days,
        cast({{ features_in_masks() }} as integer) as features_28,
        cast(
            {{ days_between('coalesce(counted.last_used_on, looked_back.last_used_on)', 'counted.known_to') }} as integer
        ) as days_since_use,
        {{ frequency_class('counted.days_7', 'counted.days_28') }} as frequency_class,
        {{ frequency_class('(counted.days_63 - counted.days_7) / 8.0', '(counted.days_63 - counted.days_7) / 2.0') }} as habit_class
    from counted
    left join features
        on
            counted.score_on = features.score_on
            and counted.customer_id = features.customer_id
    left join looked_back
        on
            counted.score_on = looked_back.score_on
            and counted.customer_id = looked_back.customer_id
)

select * from final
