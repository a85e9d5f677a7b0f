-- What became of the customers of each span, by member at its two ends: millions of customers and spans become some rows per
-- member here. `real_closing` is the closing without the change of exchange rates, which is a movement of its own.
{{ incremental_by_day(
    days_before='closing_on',
    inputs=['int_customer_segments', 'int_customer_spans'],
    spine='int_spans',
    unique_key={'opening_on': 'opening_on', 'closing_on': 'closing_on'}
) }}

with

customer_spans as (
    select * from {{ ref('int_customer_spans') }} as all_spans
    where {{ is_missing('all_spans') }}
),

courses as (
    select
        *,
        mrr_closing - fx as real_closing,
        case
            when status <> 'retained' then status
            when mrr_closing - fx > mrr_opening then 'expanded'
            when mrr_closing - fx < mrr_opening then 'contracted'
            else status
        end as course
    from customer_spans
),

segments as (
    select * from {{ ref('int_customer_segments') }}
),

{%- set sums %}
        count(*) as customers,
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
