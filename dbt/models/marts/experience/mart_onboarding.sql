with

customers as (
    select * from {{ ref('stg_billing__customers') }}
    where created_on <= {{ until_date('usage') }}
),

first_use as (
    select * from {{ ref('int_first_use_days') }}
),

usage_by_day as (
    select * from {{ ref('int_usage_by_day') }}
),

signed_up as (
    select
        customers.created_on,
        first_use.first_used_on,
        first_use.first_session_seconds,
        first_use.first_key_event_on,
        first_use.is_retained_30_days,
        case when {{ add_days('first_use.first_used_on', 36) }} <= {{ until_date('usage') }} then 1 else 0 end as is_observed
    from customers
    left join first_use
        on customers.customer_id = first_use.customer_id
    where exists (select 1 from usage_by_day)
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
        -- a trial before the record in billing: there was no way to go
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
