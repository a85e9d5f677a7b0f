-- Points for each signal there was on the morning, 100 at most. Where the company exports no usage at all, or none that covers
-- the week before, silence says nothing; nor does a request of which support has not been heard for so long. The silence counts by
-- its rank among that morning's customers, so that the score also orders those who show no other signal.
{{ incremental_by_day(
    days_before='score_on',
    inputs=['int_usage_signals', 'int_billing_signals', 'int_support_signals'],
    spine='int_score_days', unique_key={'score_on': 'score_on'}
) }}

with

usage_signals as (
    select * from {{ ref('int_usage_signals') }} as all_mornings
    where {{ is_missing('all_mornings') }}
),

support_signals as (
    select * from {{ ref('int_support_signals') }} as all_mornings
    where {{ is_missing('all_mornings') }}
),

billing_signals as (
    select * from {{ ref('int_billing_signals') }} as all_mornings
    where {{ is_missing('all_mornings') }}
),

usage_begins as (
    select min(used_on) as first_on from {{ ref('int_usage_days') }}
),

signals as (
    select
        usage_signals.score_on,
        usage_signals.customer_id,
        usage_signals.mrr,
        usage_signals.days_28,
        usage_signals.habit_days,
        usage_signals.features_28,
        usage_signals.days_since_use,
        usage_signals.frequency_class,
        usage_signals.habit_class,
        coalesce(usage_begins.first_on <= {{ add_days('usage_signals.known_to', -28) }}, false)
        and usage_signals.known_to >= {{ add_days('usage_signals.score_on', -7) }} as is_usage_known,
        {{ after_until('support') }} >= {{ add_days('usage_signals.score_on', -7) }} as is_support_known,
        coalesce(support_signals.bad_experiences_90, 0) as bad_experiences_90,
        coalesce(support_signals.unanswered, 0) as unanswered,
        support_signals.first_unanswered_on,
        support_signals.last_contacted_on,
        billing_signals.cancel_requested,
        billing_signals.failed_payments_35,
        billing_signals.contractions_90,
        {{ days_between('billing_signals.first_new_on', 'usage_signals.score_on') }} as tenure_days
    from usage_signals
    cross join usage_begins
    left join support_signals
        on
            usage_signals.score_on = support_signals.score_on
            and usage_signals.customer_id = support_signals.customer_id
    inner join billing_signals
        on
            usage_signals.score_on = billing_signals.score_on
            and usage_signals.customer_id = billing_signals.customer_id
),

ranked as (
    select
        *,
        case
            when is_usage_known
                then percent_rank() over (partition by score_on order by coalesce(days_since_use, 100000))
            else 0
        end as silence,
        {{ frequency_rank('frequency_class') }} < {{ frequency_rank('habit_class') }} as has_fallen
    from signals
),

weighed as (
    select
        *,
        {{ risk_weight('cancel_requested') }} * cancel_requested
        + {{ risk_weight('payment_failed') }} * least(failed_payments_35, 1)
        + case when is_usage_known and frequency_class = 'dormant' then {{ risk_weight('dormant') }} else 0 end
        + case when is_usage_known and has_fallen then {{ risk_weight('fallen') }} else 0 end
        + {{ risk_weight('silence') }} * silence
        + {{ risk_weight('contraction') }} * least(contractions_90, 1)
        + {{ risk_weight('bad_experience') }} * least(bad_experiences_90, 2) / 2.0
        + case when is_support_known then {{ risk_weight('unanswered') }} * least(unanswered, 1) else 0 end
        + case when is_usage_known and features_28 <= 1 then {{ risk_weight('narrow') }} else 0 end
        + case when tenure_days < 90 then {{ risk_weight('young') }} else 0 end
            as points
    from ranked
),

final as (
    select
        score_on,
        customer_id,
        mrr,
        cast(least(points, 100) as double) as score,
        days_since_use,
        days_28,
        habit_days,
        features_28,
        frequency_class,
        habit_class,
        is_usage_known,
        is_support_known,
        has_fallen,
        bad_experiences_90,
        unanswered,
        first_unanswered_on,
        last_contacted_on,
        cancel_requested,
        failed_payments_35,
        contractions_90
    from weighed
)

select * from final
