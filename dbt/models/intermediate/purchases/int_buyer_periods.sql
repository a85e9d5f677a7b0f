-- Who bought in which period. The segment is the customer's own; the plan is the one held
-- when the period closes, as for new customers in the revenue marts.
{{ config(materialized='table') }}

with

purchases as (

    select * from {{ ref('int_purchases') }}

),

buyers as (

    select * from {{ ref('int_buyers') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

plan_days as (

    select * from {{ ref('int_customer_plan_days') }}

),

bought as (

    select
        periods.grain,
        periods.period_start,
        periods.closing_on,
        purchases.customer_id,
        count(*) as purchases,
        sum(purchases.amount) as amount,
        sum(case when purchases.purchase_number > 1 then purchases.amount else 0 end) as repeat_amount,
        count(purchases.days_since_previous) as repeat_purchases,
        sum(purchases.days_since_previous) as days_between
    from purchases
    inner join periods
        on
            purchases.purchased_on >= periods.period_start
            and purchases.purchased_on < periods.closing_on
    group by periods.grain, periods.period_start, periods.closing_on, purchases.customer_id

),

final as (

    select
        bought.grain,
        bought.period_start,
        bought.customer_id,
        coalesce(plan_days.plan_id, '(none)') as plan_id,
        cast(bought.purchases as integer) as purchases,
        cast(bought.amount as decimal(18, 2)) as amount,
        cast(bought.repeat_amount as decimal(18, 2)) as repeat_amount,
        cast(bought.repeat_purchases as integer) as repeat_purchases,
        cast(coalesce(bought.days_between, 0) as integer) as days_between,
        buyers.first_purchased_on < bought.period_start as is_returning
    from bought
    inner join buyers on bought.customer_id = buyers.customer_id
    left join plan_days
        on
            bought.customer_id = plan_days.customer_id
            and bought.closing_on > plan_days.valid_from
            and (plan_days.valid_to is null or bought.closing_on <= plan_days.valid_to)

)

select * from final
