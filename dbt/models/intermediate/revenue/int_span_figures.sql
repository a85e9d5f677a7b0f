-- Spans x members of every dimension, summed from the customers. A retained customer who changes plan leaves
-- the one member and enters the other with what he is worth at closing; everything before that is the first
-- member's. Who is left out of upgrades and downgrades is known of periods, not of the twelve months up to a closing.
{{ kept(
    reaches_to='closing_on',
    reads=['int_segments_by_day', 'int_customer_spans', 'int_span_causes'],
    of='int_spans',
    key={'opening_on': 'opening_on', 'closing_on': 'closing_on'}
) }}

with

customer_spans as (
    select * from {{ ref('int_customer_spans') }} as all_spans
    where {{ is_missing('all_spans') }}
),

left_out as (
    select * from {{ ref('int_left_out') }}
),

segments as (
    select * from {{ ref('int_customer_segments') }}
),

-- What became of each customer. `real_closing` is the closing without the change of exchange rates, which is a
-- movement of its own.
courses as (
    select
        customer_spans.*,
        customer_spans.mrr_closing - customer_spans.fx as real_closing,
        case
            when customer_spans.status <> 'retained' then customer_spans.status
            when customer_spans.mrr_closing - customer_spans.fx > customer_spans.mrr_opening then 'expanded'
            when customer_spans.mrr_closing - customer_spans.fx < customer_spans.mrr_opening then 'contracted'
            else customer_spans.status
        end as course,
        case when left_out.customer_id is null then 1 else 0 end as is_counted
    from customer_spans
    left join left_out
        on
            customer_spans.opening_on = left_out.opening_on
            and customer_spans.closing_on = left_out.closing_on
            and customer_spans.customer_id = left_out.customer_id
),

-- Millions of customers and spans become some rows per member here; everything after it is small.
{%- set sums %}
        count(*) as customers,
        sum(is_counted) as customers_counted,
        sum(mrr_opening) as mrr_opening,
        sum(mrr_closing) as mrr_closing,
        sum(real_closing) as real_closing,
        sum(fx) as fx
{%- endset %}
counted as (
    select
        courses.opening_on,
        courses.closing_on,
        segments.dimension,
        segments.member as member_opening,
        segments.member as member_closing,
        courses.course,
        {{- sums }}
    from courses
    inner join segments
        on courses.customer_id = segments.customer_id
    group by courses.opening_on, courses.closing_on, segments.dimension, segments.member, courses.course
{%- if 'plan' in var('dimensions') %}

    union all

    select
        opening_on,
        closing_on,
        'plan' as dimension,
        coalesce(plan_opening, plan_closing) as member_opening,
        coalesce(plan_closing, plan_opening) as member_closing,
        course,
        {{- sums }}
    from courses
    group by
        opening_on, closing_on, coalesce(plan_opening, plan_closing), coalesce(plan_closing, plan_opening), course
{%- endif %}
),

flows as (
    select
        opening_on,
        closing_on,
        dimension,
        member_opening as member,
        course,
        customers,
        customers_counted,
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
        sum(
            case
                when course = 'contracted' then real_closing
                when {{ retained }} then mrr_opening
                else 0
            end
        ) as mrr_kept_at_most
    from flows
    group by opening_on, closing_on, dimension, member
)

select * from final
