with

plans as (
    select * from {{ ref('int_plans') }}
),

-- What is billed as a plan is one, also without a row in the plans export.
billed as (
    select distinct plan_id
    from {{ ref('int_mrr_changes') }}
),

known as (
    select plan_id from plans

    union

    select plan_id from billed
),

final as (
    select
        known.plan_id,
        plans.product,
        coalesce(plans.plan_name, known.plan_id) as plan_name,
        cast(plans.unit_amount as decimal(18, 6)) as unit_amount,
        plans.currency,
        plans.billing_interval,
        cast(plans.interval_count as integer) as interval_count,
        cast(plans.tier as integer) as tier
    from known
    left join plans
        on known.plan_id = plans.plan_id
)

select * from final
