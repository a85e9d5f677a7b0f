-- Subscriptions that renew within 30 days and those known to end, the next first.
select
    renewals.customer_id,
    renewals.mrr,
    renewals.renews_on,
    renewals.days_ahead,
    renewals.plan_id,
    risk.score as risk_score,
    case when renewals.has_asked_to_cancel then 'has asked to cancel' else 'renews soon' end as reason,
    case
        when renewals.has_asked_to_cancel then 'call before it ends'
        when risk.score >= 50 then 'call before it renews'
        when plans.billing_interval = 'year' then 'remind of the renewal'
        else 'nothing, unless asked'
    end as next_step
from mart_renewals as renewals
left join mart_risk_list as risk on renewals.customer_id = risk.customer_id
left join dim_plans as plans on renewals.plan_id = plans.plan_id
where renewals.has_asked_to_cancel or renewals.days_ahead <= 30
order by renewals.renews_on, renewals.mrr desc, renewals.customer_id, renewals.subscription_id, renewals.plan_id
