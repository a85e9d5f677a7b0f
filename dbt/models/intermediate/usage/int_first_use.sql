with

customers as (
    select * from {{ ref('stg_billing__customers') }}
),

usage_days as (
    select * from {{ ref('int_usage_days') }}
),

first_days as (
    select
        customer_id,
        min(used_on) as first_used_on,
        min(case when feature_count > 0 then used_on end) as first_feature_on
    from usage_days
    group by customer_id
),

-- still there a month later: used in the week that begins 30 days after the first use
followed as (
    select
        usage_days.customer_id,
        max(case when usage_days.used_on = first_days.first_used_on then usage_days.first_session_seconds end)
            as first_session_seconds,
        max(
            case when usage_days.used_on >= {{ add_days('first_days.first_used_on', 30) }} then 1 else 0 end
        ) as is_retained_30_days
    from usage_days
    inner join first_days
        on
            usage_days.customer_id = first_days.customer_id
            and usage_days.used_on < {{ add_days('first_days.first_used_on', 37) }}
    group by usage_days.customer_id
),

final as (
    select
        customers.customer_id,
        customers.created_on,
        first_days.first_used_on,
        followed.first_session_seconds,
        first_days.first_feature_on,
        {{ add_days('first_days.first_used_on', 36) }} <= {{ until_date() }} as is_observed,
        coalesce(followed.is_retained_30_days, 0) = 1 as is_retained_30_days
    from customers
    left join first_days on customers.customer_id = first_days.customer_id
    left join followed on customers.customer_id = followed.customer_id
    where customers.created_on <= {{ until_date() }}
)

select * from final
