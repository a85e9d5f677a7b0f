with

asked as (
    select * from {{ ref('int_running_pieces') }}
    where has_asked_to_cancel
),

customer_mrr as (
    select * from {{ ref('int_customer_mrr') }}
    where valid_to is null
),

summed as (
    select
        customer_id,
        min(asked_on) as asked_on,
        max(ends_on) as ends_on,
        sum(mrr) as mrr_ending,
        min(cancellation_reason) as reason
    from asked
    group by customer_id
),

final as (
    select
        summed.customer_id,
        summed.asked_on,
        summed.ends_on,
        {{ money('least(summed.mrr_ending, customer_mrr.mrr)') }} as mrr_ending,
        customer_mrr.mrr,
        {{ money('summed.mrr_ending') }} >= customer_mrr.mrr as leaves_wholly,
        coalesce(summed.reason, '(none)') as reason
    from summed
    inner join customer_mrr
        on summed.customer_id = customer_mrr.customer_id
)

select * from final
