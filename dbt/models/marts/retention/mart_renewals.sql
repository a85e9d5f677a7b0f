-- What is paid for now and ends within 92 days, by subscription and plan: to be renewed, or known to end.
with

pieces as (
    select * from {{ ref('int_running_pieces') }}
    where ends_on <= {{ add_days(until_date(), 92) }}
),

final as (
    select
        customer_id,
        coalesce(subscription_id, '(none)') as subscription_id,
        coalesce(plan_id, '(none)') as plan_id,
        ends_on as renews_on,
        cast({{ days_between(until_date(), 'ends_on') }} as integer) as days_ahead,
        {{ money('sum(mrr)') }} as mrr,
        max(case when has_asked_to_cancel then 1 else 0 end) = 1 as has_asked_to_cancel
    from pieces
    group by customer_id, coalesce(subscription_id, '(none)'), coalesce(plan_id, '(none)'), ends_on
)

select * from final
