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

customer_mrr as (
    select * from {{ ref('int_customer_mrr') }}
),

-- each purchase is in one month, one quarter and one year: a join on equality, which stays cheap for millions
dated as (
    {% for grain in ['month', 'quarter', 'year'] -%}
    select
        '{{ grain }}' as grain,
        {{ period_start(grain, 'purchased_on') }} as period_start,
        customer_id,
        amount,
        purchase_number,
        days_since_previous
    from purchases
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

summed as (
    select
        grain,
        period_start,
        customer_id,
        count(*) as purchases,
        sum(amount) as amount,
        sum(case when purchase_number > 1 then amount else 0 end) as repeat_amount,
        count(days_since_previous) as repeat_purchases,
        sum(days_since_previous) as days_between
    from dated
    group by grain, period_start, customer_id
),

bought as (
    select
        summed.*,
        periods.closing_on
    from summed
    inner join periods
        on
            summed.grain = periods.grain
            and summed.period_start = periods.period_start
),

final as (
    select
        bought.grain,
        bought.period_start,
        bought.closing_on,
        bought.customer_id,
        coalesce(customer_mrr.plan_id, '(none)') as plan_id,
        cast(bought.purchases as integer) as purchases,
        cast(bought.amount as decimal(18, 2)) as amount,
        cast(bought.repeat_amount as decimal(18, 2)) as repeat_amount,
        cast(
            case when buyers.second_purchased_on < bought.closing_on then bought.amount else 0 end
            as decimal(18, 2)
        ) as repeat_customer_amount,
        cast(bought.repeat_purchases as integer) as repeat_purchases,
        cast(coalesce(bought.days_between, 0) as integer) as days_between,
        buyers.first_purchased_on < bought.period_start as is_returning
    from bought
    inner join buyers on bought.customer_id = buyers.customer_id
    left join customer_mrr
        on
            bought.customer_id = customer_mrr.customer_id
            and {{ holds_before('customer_mrr', 'bought.closing_on') }}
)

select * from final
