-- Guard: what is said of a subscription is a known state. Of one that is not, its items count as if it ran.
with

subscriptions as (
    select
        subscription_id,
        {{ subscription_state('status') }} as state,
        case
            when {{ subscription_state("coalesce(status, 'active')") }} in {{ subscription_states() }} then 0
            else 1
        end as is_unknown
    from {{ ref('stg_billing__subscriptions') }}
),

states as (
    select
        *,
        row_number() over (partition by is_unknown, state order by subscription_id) as place_in_state,
        count(*) over (partition by state) as in_state
    from subscriptions
),

ranked as (
    select
        *,
        case
            when is_unknown = 1 and place_in_state = 1 then concat(state, ': ', in_state, ' (', subscription_id, ')')
        end as example,
        row_number() over (order by is_unknown desc, place_in_state, in_state desc, state) as place
    from states
),

final as (
    {{ rows_guard(
        guard="'states'",
        checked='count(*)',
        differing='coalesce(sum(is_unknown), 0)',
        example='example',
        warns_above_rows=0 if var('recurring_from') == 'subscription_items' else 'null',
        mrr_effect='null' if var('recurring_from') == 'subscription_items' else 0
    ) }}
)

select * from final
