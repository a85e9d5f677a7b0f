{{ config(materialized='table') }}

with

buyer_periods as (
    select * from {{ ref('int_buyer_periods') }}
),

segments as (
    select * from {{ ref('int_customer_segments') }}
),

by_attribute as (
    select
        buyer_periods.grain,
        buyer_periods.period_start,
        buyer_periods.closing_on,
        segments.dimension,
        segments.member,
        buyer_periods.is_returning,
        buyer_periods.purchases,
        buyer_periods.amount,
        buyer_periods.repeat_amount,
        buyer_periods.repeat_customer_amount,
        buyer_periods.repeat_purchases,
        buyer_periods.days_between
    from buyer_periods
    inner join segments on buyer_periods.customer_id = segments.customer_id
),

by_plan as (
    select
        grain,
        period_start,
        closing_on,
        'plan' as dimension,
        plan_id as member,
        is_returning,
        purchases,
        amount,
        repeat_amount,
        repeat_customer_amount,
        repeat_purchases,
        days_between
    from buyer_periods
    where {{ "true" if "plan" in var("dimensions") else "false" }}
),

{% for rest in plan_crossings() -%}
by_plan_{{ loop.index }} as (
    select
        buyer_periods.grain,
        buyer_periods.period_start,
        buyer_periods.closing_on,
        'plan+{{ rest }}' as dimension,
        {{ plan_crossed("coalesce(buyer_periods.plan_id, '(none)')", rest) }} as member,
        buyer_periods.is_returning,
        buyer_periods.purchases,
        buyer_periods.amount,
        buyer_periods.repeat_amount,
        buyer_periods.repeat_customer_amount,
        buyer_periods.repeat_purchases,
        buyer_periods.days_between
    from buyer_periods
    inner join segments
        on buyer_periods.customer_id = segments.customer_id and segments.dimension = '{{ rest }}'
),

{% endfor -%}
unioned as (
    select * from by_attribute
    union all
    select * from by_plan
{%- for rest in plan_crossings() %}
    union all
    select * from by_plan_{{ loop.index }}
{%- endfor %}
),

final as (
    select
        grain,
        period_start,
        closing_on,
        dimension,
        member,
        count(*) as buyers,
        sum(case when is_returning then 1 else 0 end) as returning_buyers,
        sum(purchases) as purchases,
        sum(amount) as amount,
        sum(repeat_amount) as repeat_amount,
        sum(repeat_customer_amount) as repeat_customer_amount,
        sum(repeat_purchases) as repeat_purchases,
        sum(days_between) as days_between
    from unioned
    group by grain, period_start, closing_on, dimension, member
)

select * from final
