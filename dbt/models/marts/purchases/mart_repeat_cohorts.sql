-- A cohort appears under a window only when its last member has had that many days.
with

buyers as (
    select * from {{ ref('int_buyers') }}
),

windows as (
    {% for days in [30, 60, 90, 180, 365] -%}
    select {{ days }} as window_days
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

dated as (
    select
        customer_id,
        {{ period_start('month', 'first_purchased_on') }} as cohort_month,
        {{ days_between('first_purchased_on', 'second_purchased_on') }} as days_to_second
    from buyers
),

paired as (
    select
        dated.cohort_month,
        windows.window_days,
        case when dated.days_to_second <= windows.window_days then 1 else 0 end as is_repeat
    from dated
    cross join windows
    where
        {{ add_days(add_months('dated.cohort_month', 1), 'windows.window_days - 1') }} <= {{ until_date() }}
),

final as (
    select
        cohort_month,
        window_days,
        cast(count(*) as integer) as buyers,
        cast(sum(is_repeat) as integer) as repeat_buyers,
        {{ share('sum(is_repeat)', 'count(*)') }} as repeat_rate
    from paired
    group by cohort_month, window_days
)

select * from final
