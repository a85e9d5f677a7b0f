-- Spans x members of every dimension, summed from the customers. A retained customer who changes plan leaves
-- the one member and enters the other with what he is worth at closing; everything before that is the first
-- member's.
{{ config(materialized='table') }}

with

customer_spans as (
    select * from {{ ref('int_customer_spans') }}
),

segments as (
    select * from {{ ref('int_customer_segments') }}
),

memberships as (
    select
        customer_spans.*,
        segments.dimension,
        segments.member as member_opening,
        segments.member as member_closing
    from customer_spans
    inner join segments
        on customer_spans.customer_id = segments.customer_id
{%- if 'plan' in var('dimensions') %}

    union all

    select
        customer_spans.*,
        'plan' as dimension,
        coalesce(plan_opening, plan_closing) as member_opening,
        coalesce(plan_closing, plan_opening) as member_closing
    from customer_spans
{%- endif %}
),

-- `real_closing` is the closing without the change of exchange rates, which is a movement of its own.
flows as (
    select
        opening_on,
        closing_on,
        dimension,
        member_opening as member,
        status,
        mrr_opening,
        mrr_closing,
        mrr_closing - fx as real_closing,
        fx,
        cast(0 as decimal(18, 2)) as transfer_in,
        case when member_opening <> member_closing then mrr_closing else 0 end as transfer_out
    from memberships

    union all

    select
        opening_on,
        closing_on,
        dimension,
        member_closing as member,
        'transferred' as status,
        0 as mrr_opening,
        mrr_closing,
        0 as real_closing,
        0 as fx,
        mrr_closing as transfer_in,
        0 as transfer_out
    from memberships
    where member_opening <> member_closing
),

final as (
    select
        opening_on,
        closing_on,
        dimension,
        member,
        count(case when mrr_opening > 0 then 1 end) as customers_opening,
        count(case when mrr_closing > 0 and transfer_out = 0 then 1 end) as customers_closing,
        count(case when status = 'retained' then 1 end) as customers_retained,
        count(case when status = 'lost' then 1 end) as customers_lost,
        count(case when status = 'new' then 1 end) as customers_new,
        count(case when status = 'reactivated' then 1 end) as customers_reactivated,
        count(case when status = 'retained' and real_closing > mrr_opening then 1 end) as upgrades,
        count(case when status = 'retained' and real_closing < mrr_opening then 1 end) as downgrades,
        sum(mrr_opening) as mrr_opening,
        sum(case when status = 'new' then mrr_closing else 0 end) as mrr_new,
        sum(case when status = 'reactivated' then mrr_closing else 0 end) as mrr_reactivation,
        sum(case when status = 'retained' then greatest(real_closing - mrr_opening, 0) else 0 end)
            as mrr_expansion,
        sum(case when status = 'retained' then greatest(mrr_opening - real_closing, 0) else 0 end)
            as mrr_contraction,
        sum(case when status = 'lost' then mrr_opening else 0 end) as mrr_churn,
        sum(fx) as fx,
        sum(transfer_in) as transfer_in,
        sum(transfer_out) as transfer_out,
        sum(case when transfer_out = 0 then mrr_closing else 0 end) as mrr_closing,
        sum(case when status = 'retained' then real_closing else 0 end) as mrr_kept,
        sum(case when status = 'retained' then least(mrr_opening, real_closing) else 0 end)
            as mrr_kept_at_most
    from flows
    group by opening_on, closing_on, dimension, member
)

select * from final
