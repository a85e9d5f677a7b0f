-- Movements summed by period, member and type: not the comparison of two days but everything that happened between them.
{{ incremental_by_day(
    days_before='closing_on',
    inputs=['int_mrr_changes', 'int_recurring_periods', 'int_customer_segments'],
    spine='int_periods',
    unique_key={'grain': 'grain', 'period_start': 'period_start', 'closing_on': 'closing_on'}
) }}

with

movements as (
    select * from {{ ref('int_plan_movements') }}
),

segments as (
    select * from {{ ref('int_customer_segments') }}
),

periods as (
    select * from {{ ref('int_periods') }} as all_periods
    where {{ is_missing('all_periods') }}
),

-- each movement is in one month, one quarter and one year: a join on equality
dated as (
    {% for grain in ['month', 'quarter', 'year'] -%}
    select
        '{{ grain }}' as grain,
        {{ period_start(grain, 'movement_on') }} as period_start,
        customer_id,
        movement_type,
        amount,
        plan_id
    from movements
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

by_customer as (
    select
        periods.grain,
        periods.period_start,
        periods.closing_on,
        dated.customer_id,
        dated.movement_type,
        dated.plan_id,
        count(*) as movements,
        sum(dated.amount) as amount
    from dated
    inner join periods
        on dated.grain = periods.grain and dated.period_start = periods.period_start
    group by
        periods.grain, periods.period_start, periods.closing_on, dated.customer_id, dated.movement_type, dated.plan_id
),

memberships as (
    select
        by_customer.*,
        segments.dimension,
        segments.member
    from by_customer
    inner join segments
        on by_customer.customer_id = segments.customer_id
    where by_customer.movement_type not in ('transfer_in', 'transfer_out')
{%- if 'plan' in var('dimensions') %}

    union all

    select
        by_customer.*,
        'plan' as dimension,
        plan_id as member
    from by_customer
{%- endif %}
{%- for rest in plan_crossings() %}

    union all

    select
        by_customer.*,
        'plan+{{ rest }}' as dimension,
        {{ plan_crossed('by_customer.plan_id', rest) }} as member
    from by_customer
    inner join segments
        on by_customer.customer_id = segments.customer_id and segments.dimension = '{{ rest }}'
{%- endfor %}
),

final as (
    select
        grain,
        period_start,
        closing_on,
        dimension,
        member,
        movement_type,
        cast(sum(movements) as bigint) as movements,
        cast(count(distinct customer_id) as bigint) as customers,
        {{ money('sum(amount)') }} as amount
    from memberships
    group by grain, period_start, closing_on, dimension, member, movement_type
)

select * from final
