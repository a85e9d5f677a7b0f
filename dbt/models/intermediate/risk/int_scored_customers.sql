{{ incremental_by_day(days_before='score_on', inputs=['int_mrr_changes'], spine='int_score_days', unique_key={'score_on': 'score_on'}) }}

with

score_days as (
    select distinct score_on from {{ ref('int_score_days') }} as all_days
    where {{ is_missing('all_days') }}
),

customer_mrr as (
    select * from {{ ref('int_customer_mrr') }}
    where mrr > 0
),

final as (
    select
        score_days.score_on,
        customer_mrr.customer_id,
        customer_mrr.mrr
    from score_days
    inner join customer_mrr
        on {{ holds_before('customer_mrr', 'score_days.score_on') }}
)

select * from final
