-- What is paid for on the last day covered, whether its end has been asked for, and when what is paid for ends. Where no end is
-- known it is that of the plan's running interval, counted from the beginning of the piece.
with

pieces as (
    select * from {{ ref('int_recurring_periods') }}
    where
        valid_from <= {{ until_date() }}
        and (valid_to is null or valid_to > {{ until_date() }})
        and mrr <> 0
),

active as (
    select customer_id from {{ ref('int_customer_mrr') }}
    where valid_to is null and mrr > 0
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

plans as (
    select
        *,
        case billing_interval when 'year' then 12 when 'quarter' then 3 when 'month' then 1 end * interval_count as months,
        case billing_interval when 'week' then 7 when 'day' then 1 end * interval_count as days
    from {{ ref('int_plans') }}
),

joined as (
    select
        pieces.customer_id,
        pieces.subscription_id,
        pieces.plan_id,
        pieces.mrr,
        pieces.valid_from,
        pieces.valid_to,
        plans.months,
        plans.days,
        {{ months_between('pieces.valid_from', after_until()) }} as months_running,
        subscriptions.cancellation_reason,
        coalesce(
            subscriptions.cancel_requested_on <= {{ until_date() }}
            or subscriptions.cancel_at_period_end
            or subscriptions.ended_on > {{ until_date() }},
            false
        )
        and coalesce(subscriptions.ended_on, {{ after_until() }}) > {{ until_date() }} as has_asked_to_cancel,
        case when subscriptions.cancel_requested_on <= {{ until_date() }} then subscriptions.cancel_requested_on end as asked_on,
        case when subscriptions.ended_on > {{ until_date() }} then subscriptions.ended_on end as ended_on
    from pieces
    inner join active
        on pieces.customer_id = active.customer_id
    left join subscriptions
        on pieces.subscription_id = subscriptions.subscription_id
    left join plans
        on pieces.plan_id = plans.plan_id
),

-- the first end of an interval that is not covered: in this many months, or one interval later
counted as (
    select
        *,
        {{ whole_quotient('cast(months_running as integer)', 'nullif(months, 0)') }} * months as months_before,
        {{ whole_quotient(days_between('valid_from', after_until()) ~ ' + days - 1', 'nullif(days, 0)') }} * days as days_to_end
    from joined
),

final as (
    select
        customer_id,
        subscription_id,
        plan_id,
        mrr,
        has_asked_to_cancel,
        asked_on,
        cancellation_reason,
        case
            when has_asked_to_cancel and ended_on is not null then ended_on
            when valid_to is not null then valid_to
            when {{ add_months('valid_from', 'months_before') }} >= {{ after_until() }}
                then {{ add_months('valid_from', 'months_before') }}
            when months > 0 then {{ add_months('valid_from', 'months_before + months') }}
            when days > 0 then {{ add_days('valid_from', 'days_to_end') }}
        end as ends_on
    from counted
)

select * from final
