-- Buyers and repeat buyers known by each period's close. Attributes never change a
-- customer's member, so their counts are running totals; the plan does, so it is looked up
-- at every close.
{{ config(materialized='table') }}

with

buyers as (
    select * from {{ ref('int_buyers') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

segments as (
    select * from {{ ref('int_customer_segments') }}
),

customer_mrr as (
    select * from {{ ref('int_customer_mrr') }}
),

firsts as (
    select
        segments.dimension,
        segments.member,
        buyers.first_purchased_on as reached_on,
        1 as buyers,
        0 as repeat_buyers
    from buyers
    inner join segments on buyers.customer_id = segments.customer_id
),

seconds as (
    select
        segments.dimension,
        segments.member,
        buyers.second_purchased_on as reached_on,
        0 as buyers,
        1 as repeat_buyers
    from buyers
    inner join segments on buyers.customer_id = segments.customer_id
    where buyers.second_purchased_on is not null
),

by_day as (
    select
        dimension,
        member,
        reached_on,
        sum(buyers) as buyers,
        sum(repeat_buyers) as repeat_buyers
    from (select * from firsts union all select * from seconds) as reached
    group by dimension, member, reached_on
),

by_attribute as (
    select
        periods.grain,
        periods.period_start,
        periods.closing_on,
        by_day.dimension,
        by_day.member,
        sum(by_day.buyers) as buyers_to_date,
        sum(by_day.repeat_buyers) as repeat_buyers_to_date
    from periods
    inner join by_day on periods.closing_on > by_day.reached_on
    group by periods.grain, periods.period_start, periods.closing_on, by_day.dimension, by_day.member
),

-- The plan alone, and crossed with what red lines ask for.
{%- set plan_held = "coalesce(customer_mrr.plan_id, '(none)')" %}
by_plan as (
    {%- for rest in [none] + plan_crossings() %}
    {%- set member = plan_crossed(plan_held, rest) if rest else plan_held %}

    select
        periods.grain,
        periods.period_start,
        periods.closing_on,
        'plan{{ "+" ~ rest if rest }}' as dimension,
        {{ member }} as member,
        count(*) as buyers_to_date,
        sum(case when buyers.second_purchased_on < periods.closing_on then 1 else 0 end)
            as repeat_buyers_to_date
    from periods
    inner join buyers on periods.closing_on > buyers.first_purchased_on
    {%- if rest %}
    inner join segments
        on buyers.customer_id = segments.customer_id and segments.dimension = '{{ rest }}'
    {%- endif %}
    left join customer_mrr
        on
            buyers.customer_id = customer_mrr.customer_id
            and {{ holds_before('customer_mrr', 'periods.closing_on') }}
    where {{ "true" if "plan" in var("dimensions") else "false" }}
    group by periods.grain, periods.period_start, periods.closing_on, {{ member }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from by_attribute
union all
select * from by_plan
