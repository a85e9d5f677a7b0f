-- A month of use in one number: what looks back over months reads this instead of every day.
{{ incremental_by_day(days_before=add_months('month', 1), inputs=['int_usage_days']) }}

with

usage_days as (
    select * from {{ ref('int_usage_days') }}
    where {{ is_in_missing_month('used_on') }}
),

final as (
    select
        customer_id,
        {{ period_start('month', 'used_on') }} as month,
        bit_or({{ day_bit('used_on') }}) as day_mask,
        max(used_on) as last_used_on,
        max(case when events > 0 then 1 else 0 end) = 1 as has_events
    from usage_days
    group by customer_id, {{ period_start('month', 'used_on') }}
)

select * from final
