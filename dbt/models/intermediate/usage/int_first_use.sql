with

customers as (
    select * from {{ ref('stg_billing__customers') }}
),

first_use_days as (
    select * from {{ ref('int_first_use_days') }}
),

final as (
    select
        customers.customer_id,
        customers.created_on,
        first_use_days.first_used_on,
        first_use_days.first_session_seconds,
        first_use_days.first_key_event_on,
        {{ add_days('first_use_days.first_used_on', 36) }} <= {{ until_date('usage') }} as is_observed,
        coalesce(first_use_days.is_retained_30_days, 0) = 1 as is_retained_30_days
    from customers
    left join first_use_days on customers.customer_id = first_use_days.customer_id
    where customers.created_on <= {{ until_date('usage') }}
)

select * from final
