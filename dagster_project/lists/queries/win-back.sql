-- Lost customers who have not come back, the most MRR lost first.
select
    listed.customer_id,
    listed.mrr_lost,
    listed.lost_on,
    listed.months_since_lost,
    round(listed.reactivation_rate_from_here, 4) as reactivation_rate_from_here,
    replace(coalesce(lost.reason, '(none)'), '_', ' ') as reason,
    case
        when lost.is_involuntary then 'ask for a new means of payment'
        when contains(lower(lost.reason), 'expensive') then 'offer a smaller plan or a discount'
        when contains(lower(lost.reason), 'feature') then 'tell what is new since then'
        when contains(lower(lost.reason), 'complex') or contains(lower(lost.reason), 'service')
            then 'offer help with a fresh start'
        when listed.months_since_lost <= 3 then 'call while it is fresh'
        else 'write about what is new'
    end as next_step
from mart_win_back as listed
left join fct_lost_customers as lost
    on
        listed.customer_id = lost.customer_id
        and lost.grain = 'month'
        and lost.period_start = date_trunc('month', listed.lost_on)
order by listed.win_back_rank
