-- Guards: what is said of a subscription and of an order is a known state. Of one that is not, items and amounts count as if it
-- ran, or was paid. A period without an end contradicts a subscription that has stopped or has not begun.
{%- set shape = var('recurring_from') %}
with

subscriptions as (
    select
        subscription_id,
        {{ one_spelling('status') }} as state
    from {{ ref('stg_billing__subscriptions') }}
),

endless as (
    select distinct subscription_id
    from {{ ref('int_recurring_periods') }}
    where source_table = 'subscription_periods' and valid_to is null and mrr_in_currency <> 0
),

said as (
    select
        'states' as guard,
        subscription_id as row_id,
        state,
        case
            when coalesce(state, 'active') not in {{ subscription_states() }} then 1
            when
                (state in {{ subscription_states('not begun') }} or state in {{ subscription_states('stopped') }})
                and subscription_id in (select endless.subscription_id from endless)
                then 1
            else 0
        end as is_doubtful
    from subscriptions

    union all

    select
        'order_states' as guard,
        order_id as row_id,
        {{ order_state('max(status)') }} as state,
        case
            when {{ counts_as_purchase('max(status)') }} and {{ order_state('max(status)') }} not in {{ order_states('done') }}
                then 1
            else 0
        end as is_doubtful
    from {{ ref('stg_billing__orders') }}
    group by order_id
),

states as (
    select
        *,
        row_number() over (partition by guard, is_doubtful, state order by row_id) as place_in_state,
        count(*) over (partition by guard, is_doubtful, state) as in_state
    from said
),

ranked as (
    select
        *,
        case
            when is_doubtful = 1 and place_in_state = 1 then concat(state, ': ', in_state, ' (', row_id, ')')
        end as example,
        row_number() over (partition by guard order by is_doubtful desc, place_in_state, in_state desc, state) as place
    from states
),

final as (
    {{ guard_row(
        guard='guard',
        checked='count(*)',
        differing='coalesce(sum(is_doubtful), 0)',
        example='example',
        warns_above_rows="case when guard = 'order_states' then " ~ var('max_share_of_money') ~ " else "
        ~ ('null' if shape == 'invoice_lines' else '0') ~ " end",
        mrr_effect="case when guard = 'order_states' then 0 " ~ ("else 0 end" if shape == 'invoice_lines' else "end")
    ) }}
    group by guard
)

select * from final
