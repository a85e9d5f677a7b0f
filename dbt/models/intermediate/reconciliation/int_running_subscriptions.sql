-- The subscriptions that run on the last day covered and should be worth something: what is billed for them costs something,
-- or nothing is known of what is billed. Trials, free plans and purely metered ones should not.
with

lines as (
    select
        lines.*,
        lines.kind = 'usage' or coalesce(plans.usage, 'licensed') = 'metered' as is_metered
    from {{ ref('stg_billing__invoice_lines') }} as lines
    left join {{ ref('stg_billing__plans') }} as plans
        on lines.plan_id = plans.plan_id
    where lines.subscription_id is not null and lines.kind not in ('tax', 'credit')
),

items as (
    select
        items.subscription_id,
        coalesce(items.unit_amount, plans.unit_amount) as amount,
        coalesce(plans.usage, 'licensed') = 'metered' as is_metered
    from {{ ref('stg_billing__subscription_items') }} as items
    left join {{ ref('stg_billing__plans') }} as plans
        on items.plan_id = plans.plan_id
),

billed as (
    select
        subscription_id,
        amount,
        is_metered
    from lines

    union all

    select * from items

    union all

    select
        subscription_id,
        mrr as amount,
        false as is_metered
    from {{ ref('stg_billing__subscription_periods') }}
),

prices as (
    select
        subscription_id,
        max(case when amount > 0 and not is_metered then 1 else 0 end) as is_paid
    from billed
    group by subscription_id
),

running as (
    select subscription_id
    from {{ ref('stg_billing__subscriptions') }}
    where
        started_on <= {{ until_date() }}
        and (ended_on is null or ended_on > {{ until_date() }})
        and (trial_end_on is null or trial_end_on <= {{ until_date() }})
        and lower(coalesce(status, 'active')) in ('active', 'past_due', 'past due', 'live', 'non_renewing', 'non renewing')

    union

    select subscription_id
    from lines
    where
        invoice_status in ('open', 'paid')
        and period_start_on <= {{ until_date() }}
        and period_end_on > {{ until_date() }}
        and amount > 0
        and not is_metered
),

final as (
    select running.subscription_id
    from running
    left join prices
        on running.subscription_id = prices.subscription_id
    where coalesce(prices.is_paid, 1) = 1
)

select * from final
