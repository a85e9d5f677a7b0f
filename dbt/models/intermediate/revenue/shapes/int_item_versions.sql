-- Versions of subscription items with the day each ends: the next version ends it, and so does what became of
-- its subscription. Where no day is given for that, the latest that is known of the subscription counts.
with

items as (
    select
        *,
        lead(valid_from_on) over (partition by subscription_id, item_id order by valid_from_at) as next_from_on,
        greatest(
            max(valid_from_on) over (partition by subscription_id),
            max(valid_to_on) over (partition by subscription_id)
        ) as item_known_on
    from {{ ref('stg_billing__subscription_items') }}
),

subscriptions as (
    select
        *,
        {{ one_spelling('status') }} as state
    from {{ ref('stg_billing__subscriptions') }}
),

joined as (
    select
        items.*,
        subscriptions.state,
        subscriptions.trial_start_on,
        -- A trial of which no end is told goes on.
        case
            when subscriptions.trial_end_on is null and subscriptions.state in {{ subscription_states('on trial') }}
                then {{ or_never('null') }}
            else subscriptions.trial_end_on
        end as trial_end_on,
        subscriptions.ended_on,
        greatest(
            items.item_known_on, subscriptions.started_on, subscriptions.trial_end_on, subscriptions.cancel_requested_on
        ) as known_on
    from items
    left join subscriptions
        on items.subscription_id = subscriptions.subscription_id
    where coalesce(subscriptions.state, '') not in {{ subscription_states('not begun') }}
),

placed as (
    select
        *,
        case
            when
                ended_on is null
                and state in {{ subscription_states('stopped') }}
                then known_on
        end as stopped_on,
        case
            when ended_on is null and state in {{ subscription_states('unpaid') }} then {{ add_days('known_on', var('dunning_days')) }}
        end as unpaid_until
    from joined
),

final as (
    select
        {{ all_but(['item_known_on', 'known_on', 'next_from_on']) }},
        least(valid_to_on, next_from_on, ended_on, stopped_on, unpaid_until) as ends_on
    from placed
)

select * from final
