-- The customers who together pay half of the MRR, the largest first.
with ranked as (
    select
        customer_id,
        mrr,
        first_active_on,
        sum(mrr) over () as mrr_of_all,
        sum(mrr) over (order by mrr desc, customer_id) - mrr as mrr_before
    from dim_customers
    where mrr > 0
)

select
    ranked.customer_id,
    ranked.mrr,
    round(ranked.mrr / ranked.mrr_of_all, 4) as share_of_mrr,
    ranked.first_active_on as customer_since,
    risk.score as risk_score,
    'one of those who together pay half of the MRR' as reason,
    case
        when risk.unanswered_requests > 0 then 'answer the open request'
        when risk.days_since_contact is null or risk.days_since_contact > 90 then 'call: no contact for a quarter'
        when risk.score >= 50 then 'see the risk list'
        else 'keep in touch'
    end as next_step
from ranked
left join mart_risk_list as risk on ranked.customer_id = risk.customer_id
where 2 * ranked.mrr_before < ranked.mrr_of_all
order by ranked.mrr desc, ranked.customer_id
