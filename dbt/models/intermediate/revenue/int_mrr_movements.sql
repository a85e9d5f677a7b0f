{{ config(materialized='table') }}

with

movements as (
    select * from {{ ref('int_customer_movements') }}
),

changes as (
    select * from {{ ref('int_mrr_changes') }}
),

by_rates as (
    select
        customer_id,
        movement_on,
        'fx' as movement_type,
        mrr_after - fx as mrr_before,
        mrr_after
    from movements
    where fx <> 0
),

by_customer as (
    select
        customer_id,
        movement_on,
        case
            when mrr_before = 0 and ever_active_before then 'reactivation'
            when mrr_before = 0 then 'new'
            when mrr_after = 0 then 'churn'
            when mrr_after - fx > mrr_before then 'expansion'
            else 'contraction'
        end as movement_type,
        mrr_before,
        mrr_after - fx as mrr_after
    from movements
    where mrr_after - fx <> mrr_before
),

classified as (
    select * from by_rates

    union all

    select * from by_customer
),

-- The piece that changed most that day names the movement's subscription and plan.
leading_changes as (
    select
        customer_id,
        changed_on,
        subscription_id,
        plan_id,
        row_number() over (
            partition by customer_id, changed_on
            order by abs(delta) desc, delta desc, subscription_id, plan_id
        ) as place
    from changes
),

final as (
    select
        classified.customer_id,
        classified.movement_on,
        cast(classified.movement_type as {{ dbt.type_string() }}) as movement_type,
        {{ money('classified.mrr_after - classified.mrr_before') }} as amount,
        {{ money('classified.mrr_before') }} as mrr_before,
        {{ money('classified.mrr_after') }} as mrr_after,
        leading_changes.subscription_id,
        leading_changes.plan_id
    from classified
    left join leading_changes
        on
            classified.customer_id = leading_changes.customer_id
            and classified.movement_on = leading_changes.changed_on
            and leading_changes.place = 1
)

select * from final
