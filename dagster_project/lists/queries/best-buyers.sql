-- The buyers who together paid half of what was bought in the last 365 days, the largest first.
with bought as (
    select
        lines.customer_id,
        sum(lines.amount) as amount_of_year,
        count(distinct lines.purchased_on) as purchases_of_year,
        max(lines.purchased_on) as last_bought_on
    from fct_purchase_lines as lines
    cross join publication
    where lines.purchased_on > publication.until - 365
    group by lines.customer_id
),

ranked as (
    select
        *,
        sum(amount_of_year) over () as amount_of_all,
        sum(amount_of_year) over (order by amount_of_year desc, customer_id) - amount_of_year as amount_before
    from bought
)

select
    ranked.customer_id,
    ranked.amount_of_year,
    round(ranked.amount_of_year / ranked.amount_of_all, 4) as share_of_amount,
    ranked.purchases_of_year,
    ranked.last_bought_on,
    'one of those who together paid half of what was bought' as reason,
    if(publication.until - ranked.last_bought_on > 90, 'call: nothing bought for a quarter', 'thank') as next_step
from ranked
cross join publication
where ranked.amount_of_all > 0 and 2 * ranked.amount_before < ranked.amount_of_all
order by ranked.amount_of_year desc, ranked.customer_id
