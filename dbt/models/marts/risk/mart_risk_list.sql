{%- set support_known_to = known_to('score_on', 'support') %}
with

scores as (
    select * from {{ ref('int_risk_scores') }}
    where score_on = {{ after_until() }}
),

worded as (
    select
        *,
        {{ dbt.concat([
            "case when cancel_requested = 1 then '; has asked to cancel' else '' end",
            "case when failed_payments_35 > 0 then '; a payment failed in the last 35 days' else '' end",
            "case when is_usage_known and days_since_use is null then '; has never used the product' else '' end",
            "case when is_usage_known and days_since_use >= 14 then '; no use for ' else '' end",
            "case when is_usage_known and days_since_use >= 14 then cast(days_since_use as " ~ dbt.type_string() ~ ") else '' end",
            "case when is_usage_known and days_since_use >= 14 then ' days' else '' end",
            "case when is_usage_known and has_fallen then '; use fell from ' else '' end",
            "case when is_usage_known and has_fallen then habit_class else '' end",
            "case when is_usage_known and has_fallen then ' to ' else '' end",
            "case when is_usage_known and has_fallen then frequency_class else '' end",
            "case when contractions_90 > 0 then '; paid less in the last 90 days' else '' end",
            "case when bad_experiences_90 > 0 then '; a bad support experience in the last 90 days' else '' end",
            "case when is_support_known and unanswered > 0 then '; a request waits for an answer' else '' end",
        ]) }} as reasons
    from scores
),

final as (
    select
        customer_id,
        score_on,
        round(score, 1) as score,
        cast(row_number() over (order by cancel_requested, score desc, mrr desc, customer_id) as integer) as risk_rank,
        case when reasons = '' then 'no sign' else substring(reasons, 3) end as reasons,
        mrr as mrr_at_stake,
        days_since_use,
        frequency_class,
        habit_class,
        case when is_support_known then cast({{ days_between('last_contacted_on', support_known_to) }} as integer) end
            as days_since_contact,
        case when is_support_known then cast(unanswered as integer) end as unanswered_requests,
        case when is_support_known then cast({{ days_between('first_unanswered_on', support_known_to) }} as integer) end
            as days_unanswered,
        cancel_requested = 1 as has_asked_to_cancel
    from worded
)

select * from final
