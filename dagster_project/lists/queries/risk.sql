-- Active customers with a sign that they are about to leave, the most MRR at risk first.
select
    customer_id,
    mrr_at_stake,
    score,
    days_since_use,
    days_since_contact,
    reasons as reason,
    case
        when unanswered_requests > 0 then 'answer the open request, then call'
        when contains(reasons, 'payment failed') then 'ask for another means of payment'
        when contains(reasons, 'never used') then 'offer a walk-through'
        when contains(reasons, 'bad support') then 'call about the last request'
        when contains(reasons, 'paid less') then 'ask what is no longer needed'
        else 'call and ask what has changed'
    end as next_step
from mart_risk_list
where reasons <> 'no sign' and not contains(reasons, 'asked to cancel')
order by score * mrr_at_stake desc, customer_id
