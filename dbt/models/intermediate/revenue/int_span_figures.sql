-- Spans x members of every dimension. A retained customer who changes plan leaves the one member and enters the other with what
-- they are worth at closing; everything before that is the first member's. Whom upgrades and downgrades leave out is known of
-- periods, not of the twelve months up to a closing.
{{ config(materialized='table') }}

with

counted as (
    select * from {{ ref('int_span_counts') }}
),

left_out as (
    select distinct
        opening_on,
        closing_on,
        customer_id,
        plan_opening,
        change
    from {{ ref('int_span_causes') }}
    where not is_counted
),

{{ of_members_at_opening('left_out') }},

flows as (
    select
        opening_on,
        closing_on,
        dimension,
        member_opening as member,
        course,
        customers,
        customers as customers_counted,
        case when member_opening = member_closing then customers else 0 end as customers_staying,
        mrr_opening,
        real_closing,
        fx,
        case when member_opening = member_closing then mrr_closing else 0 end as mrr_closing,
        0 as transfer_in,
        case when member_opening <> member_closing then mrr_closing else 0 end as transfer_out
    from counted

    union all

    select
        opening_on,
        closing_on,
        dimension,
        member_closing as member,
        'transferred' as course,
        0 as customers,
        0 as customers_counted,
        customers as customers_staying,
        0 as mrr_opening,
        0 as real_closing,
        0 as fx,
        mrr_closing,
        mrr_closing as transfer_in,
        0 as transfer_out
    from counted
    where member_opening <> member_closing

    union all

    select
        opening_on,
        closing_on,
        dimension,
        member,
        case when change > 0 then 'expanded' else 'contracted' end as course,
        0 as customers,
        -1 as customers_counted,
        0 as customers_staying,
        0 as mrr_opening,
        0 as real_closing,
        0 as fx,
        0 as mrr_closing,
        0 as transfer_in,
        0 as transfer_out
    from left_out_of_members
),

{%- set retained = "course in ('retained', 'expanded', 'contracted')" %}

final as (
    select
        opening_on,
        closing_on,
        dimension,
        member,
        sum(case when {{ retained }} or course = 'lost' then customers else 0 end) as customers_opening,
        sum(case when course <> 'lost' then customers_staying else 0 end) as customers_closing,
        sum(case when {{ retained }} then customers else 0 end) as customers_retained,
        sum(case when course = 'lost' then customers else 0 end) as customers_lost,
        sum(case when course = 'new' then customers else 0 end) as customers_new,
        sum(case when course = 'reactivated' then customers else 0 end) as customers_reactivated,
        sum(case when course = 'expanded' then customers_counted else 0 end) as upgrades,
        sum(case when course = 'contracted' then customers_counted else 0 end) as downgrades,
        sum(mrr_opening) as mrr_opening,
        sum(case when course = 'new' then mrr_closing else 0 end) as mrr_new,
        sum(case when course = 'reactivated' then mrr_closing else 0 end) as mrr_reactivation,
        sum(case when course = 'expanded' then real_closing - mrr_opening else 0 end) as mrr_expansion,
        sum(case when course = 'contracted' then mrr_opening - real_closing else 0 end) as mrr_contraction,
        sum(case when course = 'lost' then mrr_opening else 0 end) as mrr_churn,
        sum(fx) as fx,
        sum(transfer_in) as transfer_in,
        sum(transfer_out) as transfer_out,
        sum(mrr_closing) as mrr_closing,
        sum(case when {{ retained }} then real_closing else 0 end) as mrr_kept,
        sum(case when course = 'contracted' then real_closing when {{ retained }} then mrr_opening else 0 end) as mrr_kept_at_most
    from flows
    group by opening_on, closing_on, dimension, member
)

select * from final
