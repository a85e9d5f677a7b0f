-- Expansion and contraction of each period, divided by cause and summed by the members that the customers had at the opening.
with

periods as (
    select * from {{ ref('int_periods') }}
),

spans as (
    select distinct
        period_start as opening_on,
        closing_on
    from periods
),

causes as (
    select
        causes.opening_on,
        causes.closing_on,
        causes.customer_id,
        causes.cause,
        causes.amount,
        sum(causes.amount) over (partition by causes.opening_on, causes.closing_on, causes.customer_id) as change
    from {{ ref('int_span_causes') }} as causes
    inner join spans
        on causes.opening_on = spans.opening_on and causes.closing_on = spans.closing_on
),

segments as (
    select * from {{ ref('int_customer_segments') }}
),

memberships as (
    select
        causes.*,
        segments.dimension,
        segments.member
    from causes
    inner join segments
        on causes.customer_id = segments.customer_id
{%- if 'plan' in var('dimensions') %}

    union all

    select
        causes.*,
        'plan' as dimension,
        customer_spans.plan_opening as member
    from causes
    inner join {{ ref('int_customer_spans') }} as customer_spans
        on
            causes.opening_on = customer_spans.opening_on
            and causes.closing_on = customer_spans.closing_on
            and causes.customer_id = customer_spans.customer_id
{%- endif %}
{%- for rest in plan_crossings() %}

    union all

    select
        causes.*,
        'plan+{{ rest }}' as dimension,
        {{ plan_crossed('customer_spans.plan_opening', rest) }} as member
    from causes
    inner join {{ ref('int_customer_spans') }} as customer_spans
        on
            causes.opening_on = customer_spans.opening_on
            and causes.closing_on = customer_spans.closing_on
            and causes.customer_id = customer_spans.customer_id
    inner join segments
        on causes.customer_id = segments.customer_id and segments.dimension = '{{ rest }}'
{%- endfor %}
),

figures as (
    select
        opening_on,
        closing_on,
        dimension,
        member,
        cause,
        cast(sum(case when change > 0 then 1 else 0 end) as bigint) as customers_expanded,
        cast(sum(case when change < 0 then 1 else 0 end) as bigint) as customers_contracted,
        {{ money('sum(case when change > 0 then amount else 0 end)') }} as mrr_expansion,
        {{ money('sum(case when change < 0 then -amount else 0 end)') }} as mrr_contraction
    from memberships
    group by opening_on, closing_on, dimension, member, cause
),

final as (
    select
        periods.grain,
        periods.period_start,
        periods.period_end,
        periods.is_complete,
        periods.covered_until,
        cast(figures.dimension as {{ dbt.type_string() }}) as dimension,
        cast(figures.member as {{ dbt.type_string() }}) as member,
        figures.cause,
        figures.customers_expanded,
        figures.mrr_expansion,
        figures.customers_contracted,
        figures.mrr_contraction
    from figures
    inner join periods
        on figures.opening_on = periods.period_start and figures.closing_on = periods.closing_on
)

select * from final
