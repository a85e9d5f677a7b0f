-- Who was lost in the newest complete month, the most MRR first.
with newest as (
    select max(period_start) as month
    from mart_revenue_periods
    where grain = 'month' and dimension = 'all' and is_complete
)

select
    lost.customer_id,
    lost.mrr_lost,
    lost.period_start as lost_in,
    lost.plan_id,
    lost.is_involuntary,
    replace(lost.reason, '_', ' ') as reason,
    case
        when lost.is_involuntary then 'ask for a new means of payment'
        when lost.reason = '(none)' then 'ask why'
        else 'thank, and ask what would bring them back'
    end as next_step
from fct_lost_customers as lost
inner join newest on lost.period_start = newest.month
where lost.grain = 'month'
order by lost.mrr_lost desc, lost.customer_id
