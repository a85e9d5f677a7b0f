-- Guard: a company with subscriptions has recurring revenue. Refused where subscriptions run and there never was any; only
-- named where there was some, since they may all be unpaid.
with

lines as (
    select
        lines.*,
        lines.kind = 'usage' or coalesce(plans.usage, 'licensed') <> 'licensed' as is_not_licensed
    from {{ ref('int_invoice_lines') }} as lines
    left join {{ ref('int_plans') }} as plans
        on lines.plan_id = plans.plan_id
    where lines.subscription_id is not null and lines.kind not in ('tax', 'credit')
),

billed as (
    select
        subscription_id,
        amount,
        is_not_licensed
    from lines

    union all

    select
        items.subscription_id,
        coalesce(items.unit_amount, plans.unit_amount) as amount,
        coalesce(plans.usage, 'licensed') <> 'licensed' as is_not_licensed
    from {{ ref('stg_billing__subscription_items') }} as items
    left join {{ ref('int_plans') }} as plans
        on items.plan_id = plans.plan_id

    union all

    select
        subscription_id,
        mrr as amount,
        false as is_not_licensed
    from {{ ref('stg_billing__subscription_periods') }}
),

prices as (
    select
        subscription_id,
        max(case when amount > 0 and not is_not_licensed then 1 else 0 end) as is_paid
    from billed
    group by subscription_id
),

begun as (
    select subscription_id
    from {{ ref('stg_billing__subscriptions') }}
    where
        started_on <= {{ until_date() }}
        and (ended_on is null or ended_on > {{ until_date() }})
        and (trial_end_on is null or trial_end_on <= {{ until_date() }})
        and {{ one_spelling("coalesce(status, 'active')") }} in {{ subscription_states('running') }}

    union

    select subscription_id
    from lines
    where
        invoice_status in ('open', 'paid')
        and period_start_on <= {{ until_date() }}
        and period_end_on > {{ until_date() }}
        and amount > 0
        and not is_not_licensed
),

-- Trials, free plans and those that bill use or charges alone should be worth nothing; of whom nothing is billed nothing is known.
running as (
    select
        begun.subscription_id,
        row_number() over (order by begun.subscription_id) as place
    from begun
    left join prices on begun.subscription_id = prices.subscription_id
    where coalesce(prices.is_paid, 1) = 1
),

recurring as (
    select
        count(*) as pieces,
        coalesce(sum(case when valid_to is null or valid_to > {{ until_date() }} then 1 else 0 end), 0) as open_pieces
    from {{ ref('int_recurring_periods') }}
    where mrr > 0 and valid_from <= {{ until_date() }}
),

subscriptions as (
    select
        count(*) as running_count,
        {{ examples('subscription_id') }} as examples
    from running
),

final as (
    select
        'recurring_revenue' as guard,
        false as is_present,
        subscriptions.running_count as rows_checked,
        case when recurring.open_pieces = 0 then subscriptions.running_count else 0 end as rows_differing,
        null as amount_checked,
        null as amount_differing,
        null as mrr_effect,
        null as mrr_effect_month,
        0 as warns_above_rows,
        null as warns_above_money,
        case when recurring.pieces = 0 then 0 end as refuses_above_rows,
        null as refuses_above_money,
        case
            when recurring.pieces = 0 then 'MRR would be 0.00 throughout'
            else 'MRR is 0.00 on the last day covered'
        end as detail,
        subscriptions.examples
    from subscriptions
    cross join recurring
)

select * from final
