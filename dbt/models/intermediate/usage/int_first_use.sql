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

first_sessions as (
    select
        usage_days.customer_id,
        usage_days.first_session_seconds
    from usage_days
    inner join first_days
        on
            usage_days.customer_id = first_days.customer_id
            and usage_days.used_on = first_days.first_used_on
),

-- still there a month later: used in the week that begins 30 days after the first use
returned as (
    select distinct usage_days.customer_id
    from usage_days
    inner join first_days
        on
            usage_days.customer_id = first_days.customer_id
            and usage_days.used_on >= {{ add_days('first_days.first_used_on', 30) }}
            and usage_days.used_on < {{ add_days('first_days.first_used_on', 37) }}
),

final as (
    select
        customers.customer_id,
        customers.created_on,
        first_days.first_used_on,
        first_sessions.first_session_seconds,
        first_days.first_feature_on,
        {{ add_days('first_days.first_used_on', 36) }} <= {{ until_date() }} as is_observed,
        returned.customer_id is not null as is_retained_30_days
    from customers
    left join first_days on customers.customer_id = first_days.customer_id
    left join first_sessions on customers.customer_id = first_sessions.customer_id
    left join returned on customers.customer_id = returned.customer_id
    where customers.created_on <= {{ until_date() }}
)

select * from final
