-- Active customers whose request waits for an answer, the longest wait first.
select
    customer_id,
    mrr_at_stake,
    unanswered_requests,
    days_unanswered,
    case unanswered_requests
        when 1 then 'a request waits for an answer'
        else unanswered_requests || ' requests wait for an answer'
    end as reason,
    'answer' as next_step
from mart_risk_list
where unanswered_requests > 0
order by days_unanswered desc, mrr_at_stake desc, customer_id
