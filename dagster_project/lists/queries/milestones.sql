-- Anniversaries of the next 30 days and round numbers of purchases of the last 30, the largest customers first.
with today as (
    select until as day from publication
),

anniversaries as (
    select
        customers.customer_id,
        customers.mrr,
        cast(first_active_on + to_years(cast(years.n as integer)) as date) as milestone_on,
        'customer for ' || years.n || if(years.n = 1, ' year', ' years') as reason,
        'congratulate' as next_step
    from dim_customers as customers
    cross join today
    cross join range(1, 100) as years (n)
    where
        customers.mrr > 0
        and first_active_on + to_years(cast(years.n as integer)) > today.day
        and first_active_on + to_years(cast(years.n as integer)) <= today.day + 30
),

purchases as (
    select distinct
        lines.customer_id,
        customers.mrr,
        lines.purchased_on as milestone_on,
        'purchase number ' || lines.purchase_number as reason,
        'thank' as next_step
    from fct_purchase_lines as lines
    inner join dim_customers as customers on lines.customer_id = customers.customer_id
    cross join today
    where lines.purchase_number in (5, 10, 25, 50, 100, 250, 500, 1000) and lines.purchased_on > today.day - 30
)

select * from anniversaries
union all
select * from purchases
order by mrr desc, milestone_on, customer_id
