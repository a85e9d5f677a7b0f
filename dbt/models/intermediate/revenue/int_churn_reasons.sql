-- Why each churn happened. A reason counts only from the day it was given, or of the end where no request
-- is known: a pause before a later cancellation has none.
{{ config(materialized='table') }}

with

churns as (
    select * from {{ ref('int_mrr_movements') }}
    where movement_type = 'churn'
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

involuntary_reasons as (
    select * from {{ ref('int_involuntary_reasons') }}
),

unpaid as (
    select distinct
        customer_id,
        valid_to as ended_on
    from {{ ref('int_recurring_periods') }}
    where end_reason = 'dunning'
),

explained as (
    select
        churns.customer_id,
        churns.movement_on,
        churns.subscription_id,
        case
            when
                coalesce(subscriptions.cancel_requested_on, subscriptions.ended_on, churns.movement_on)
                <= churns.movement_on
                then subscriptions.cancellation_reason
        end as given_reason,
        unpaid.customer_id is not null as is_unpaid
    from churns
    left join subscriptions
        on churns.subscription_id = subscriptions.subscription_id
    left join unpaid
        on churns.customer_id = unpaid.customer_id and churns.movement_on = unpaid.ended_on
),

final as (
    select
        explained.customer_id,
        explained.movement_on as churned_on,
        explained.subscription_id,
        coalesce(explained.given_reason, case when explained.is_unpaid then 'involuntary' end, '(none)')
            as reason,
        explained.is_unpaid or involuntary_reasons.reason is not null as is_involuntary
    from explained
    left join involuntary_reasons
        on replace(replace(lower(explained.given_reason), ' ', '_'), '-', '_') = involuntary_reasons.reason
)

select * from final
