-- Customers lost in a period, with the reason of the last churn in it. A reason counts only from the day it was given, or of the
-- end where no request is known: a pause before a later cancellation has none.
{{ config(materialized='table') }}
{#- Reasons that say the customer did not want to leave, as vendors write them. #}
{%- set involuntary_reasons = [
    'billing_info_missing', 'card_declined', 'card_expired', 'declined', 'delinquent', 'dunning', 'expired_card',
    'fraud_review_failed', 'insufficient_funds', 'involuntary', 'no_card', 'non_payment', 'nonpayment', 'nonpayment_gateway',
    'not_paid', 'past_due', 'payment_declined', 'payment_disputed', 'payment_failed', 'payment_failure',
    'payment_method_expired', 'trial_ended_no_billing_info', 'uncollectible', 'unpaid',
] %}

with

periods as (
    select * from {{ ref('int_periods') }}
),

customer_spans as (
    select * from {{ ref('int_customer_spans') }}
    where status = 'lost'
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
    from {{ ref('int_mrr_movements') }} as churns
    left join {{ ref('stg_billing__subscriptions') }} as subscriptions
        on churns.subscription_id = subscriptions.subscription_id
    left join unpaid
        on churns.customer_id = unpaid.customer_id and churns.movement_on = unpaid.ended_on
    where churns.movement_type = 'churn'
),

churn_reasons as (
    select
        customer_id,
        movement_on as churned_on,
        subscription_id,
        coalesce(given_reason, case when is_unpaid then 'involuntary' end, '(none)') as reason,
        is_unpaid or coalesce(
            replace(replace(lower(given_reason), ' ', '_'), '-', '_') in (
                {%- for reason in involuntary_reasons %}
                '{{ reason }}'{{ ',' if not loop.last }}
                {%- endfor %}
            ),
            false
        ) as is_involuntary
    from explained
),

ranked as (
    select
        periods.grain,
        periods.period_start,
        customer_spans.customer_id,
        customer_spans.mrr_opening as mrr_lost,
        customer_spans.plan_opening,
        churn_reasons.reason,
        churn_reasons.is_involuntary,
        row_number() over (
            partition by periods.grain, periods.period_start, customer_spans.customer_id
            order by churn_reasons.churned_on desc
        ) as place
    from periods
    inner join customer_spans
        on
            periods.period_start = customer_spans.opening_on
            and periods.closing_on = customer_spans.closing_on
    left join churn_reasons
        on
            customer_spans.customer_id = churn_reasons.customer_id
            and churn_reasons.churned_on >= periods.period_start
            and churn_reasons.churned_on < periods.closing_on
),

final as (
    select
        grain,
        period_start,
        customer_id,
        mrr_lost,
        plan_opening,
        coalesce(reason, '(none)') as reason,
        coalesce(is_involuntary, false) as is_involuntary
    from ranked
    where place = 1
)

select * from final
