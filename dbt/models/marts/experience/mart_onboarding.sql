with

customers as (
    select * from {{ ref('int_customers') }}
    where created_on <= {{ until_date('usage') }}
),

usage_days as (
    select * from {{ ref('int_usage_days') }}
),

first_days as (
    select
        customer_id,
        min(used_on) as first_used_on,
        min(case when key_events > 0 then used_on end) as first_key_event_on
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

signed_up as (
    select
        customers.created_on,
        first_days.first_used_on,
        followed.first_session_seconds,
        first_days.first_key_event_on,
        followed.is_retained_30_days,
        case when {{ add_days('first_days.first_used_on', 36) }} <= {{ until_date('usage') }} then 1 else 0 end as is_observed
    from customers
    left join first_days
        on customers.customer_id = first_days.customer_id
    left join followed
        on customers.customer_id = followed.customer_id
    where exists (select 1 from usage_days)
),

classed as (
    select
        {{ period_start('month', 'created_on') }} as cohort_month,
        case
            when first_used_on is null then 'none yet'
            when first_session_seconds < 120 then 'under 2 minutes'
            else 'at least 2 minutes'
        end as first_session,
        is_observed,
        is_observed * coalesce(is_retained_30_days, 0) as is_retained,
        -- use before the record in billing (a trial) is on day 0
        {%- for first, days in [('first_used_on', 'days_to_first_use'), ('first_key_event_on', 'days_to_value')] %}
        case when {{ first }} >= created_on then {{ days_between('created_on', first) }} when {{ first }} < created_on then 0 end
            as {{ days }}{{ ',' if not loop.last }}
        {%- endfor %}
    from signed_up
),

final as (
    select
        cohort_month,
        first_session,
        cast(count(*) as integer) as customers,
        cast(sum(is_observed) as integer) as observed_customers,
        cast(sum(is_retained) as integer) as retained_customers,
        {{ share('sum(is_retained)', 'sum(is_observed)') }} as retention_30_days,
        {{ middle('days_to_first_use') }} as median_days_to_first_use,
        cast(count(days_to_value) as integer) as customers_with_value,
        {{ middle('days_to_value') }} as median_days_to_value,
        {{ how_far(add_months('cohort_month', 1)) }}
    from classed
    group by cohort_month, first_session
)

select * from final
