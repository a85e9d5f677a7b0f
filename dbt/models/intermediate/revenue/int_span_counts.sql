-- What became of the customers of each span, by member at its two ends: millions of customers and spans become some rows per
-- member here. `real_closing` is the closing without the change of exchange rates, which is a movement of its own. Who is left
-- out of upgrades and downgrades is known of periods, not of the twelve months up to a closing.
{{ incremental_by_day(
    days_before='closing_on',
    inputs=['int_customer_segments', 'int_customer_spans', 'int_span_causes'],
    spine='int_spans',
    unique_key={'opening_on': 'opening_on', 'closing_on': 'closing_on'}
) }}

with

customer_spans as (
    select * from {{ ref('int_customer_spans') }} as all_spans
    where {{ is_missing('all_spans') }}
),

left_out as (
    select distinct
        opening_on,
        closing_on,
        customer_id
    from {{ ref('int_span_causes') }}
    where not is_counted
),

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

segments as (
    select * from {{ ref('int_customer_segments') }}
),

{%- set sums %}
        count(*) as customers,
        sum(is_counted) as customers_counted,
        sum(mrr_opening) as mrr_opening,
        sum(mrr_closing) as mrr_closing,
        sum(real_closing) as real_closing,
        sum(fx) as fx
{%- endset %}
final as (
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
{%- for rest in plan_crossings() %}
{%- set opened = plan_crossed('coalesce(courses.plan_opening, courses.plan_closing)', rest) %}
{%- set closed = plan_crossed('coalesce(courses.plan_closing, courses.plan_opening)', rest) %}

    union all

    select
        courses.opening_on,
        courses.closing_on,
        'plan+{{ rest }}' as dimension,
        {{ opened }} as member_opening,
        {{ closed }} as member_closing,
        courses.course,
        {{- sums }}
    from courses
    inner join segments
        on courses.customer_id = segments.customer_id and segments.dimension = '{{ rest }}'
    group by courses.opening_on, courses.closing_on, {{ opened }}, {{ closed }}, courses.course
{%- endfor %}
)

select * from final
