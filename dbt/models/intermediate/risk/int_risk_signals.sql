-- Every signal that was there on the morning. Where the company exports no usage at all, or none that covers the week before,
-- silence says nothing; nor does a request of which support has not been heard for so long.
with

usage_signals as (
    select * from {{ ref('int_usage_signals') }}
),

support_signals as (
    select * from {{ ref('int_support_signals') }}
),

billing_signals as (
    select * from {{ ref('int_billing_signals') }}
),

usage_begins as (
    select min(day) as first_on from {{ ref('int_usage_by_day') }}
),

joined as (
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
)

select * from joined
