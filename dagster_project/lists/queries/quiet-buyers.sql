-- Buyers who have now bought nothing for longer than they ever did between two purchases, the largest first.
-- From their third purchase on, and within two years of the last: before and after that nothing can be said.
with today as (
    select until as day from publication
),

purchases as (
    select customer_id, purchased_on, sum(amount) as amount
    from fct_purchase_lines
    group by customer_id, purchased_on
),

gaps as (
    select *, purchased_on - lag(purchased_on) over (partition by customer_id order by purchased_on) as days
    from purchases
),

buyers as (
    select
        customer_id,
        sum(amount) as amount_to_date,
        max(purchased_on) as last_bought_on,
        max(days) as longest_gap,
        count(*) as purchases
    from gaps
    group by customer_id
)

select
    buyers.customer_id,
    buyers.amount_to_date,
    buyers.last_bought_on,
    today.day - buyers.last_bought_on as days_since_purchase,
    'nothing bought for ' || (today.day - buyers.last_bought_on) || ' days, never more than '
    || buyers.longest_gap || ' before' as reason,
    if(buyers.purchases >= 10, 'call and ask what has changed', 'write with what is new') as next_step
from buyers
cross join today
where
    buyers.purchases >= 3
    and today.day - buyers.last_bought_on > buyers.longest_gap
    and today.day - buyers.last_bought_on <= 730
order by buyers.amount_to_date desc, buyers.customer_id
