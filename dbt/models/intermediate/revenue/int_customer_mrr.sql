-- A customer's MRR between two change points. Credits that exceed what they credit count as nothing, not as
-- negative revenue.
{{ config(materialized='table') }}

with

changes as (
    select * from {{ ref('int_mrr_changes') }}
),

by_day as (
    select
        customer_id,
        changed_on,
        sum(delta) as delta
    from changes
    group by customer_id, changed_on
),

running as (
    select
        customer_id,
        changed_on,
        sum(delta) over (partition by customer_id order by changed_on) as mrr
    from by_day
),

final as (
    select
        customer_id,
        changed_on as valid_from,
        lead(changed_on) over (partition by customer_id order by changed_on) as valid_to,
        {{ money('greatest(mrr, 0)') }} as mrr
    from running
)

select * from final
