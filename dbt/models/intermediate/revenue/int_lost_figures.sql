-- Customers and MRR lost by period, member and reason. A lost customer belongs to the member they opened the
-- period in.
{{ config(materialized='table') }}

with

lost_customers as (
    select * from {{ ref('int_lost_customers') }}
),

segments as (
    select * from {{ ref('int_customer_segments') }}
),

memberships as (
    select
        lost_customers.grain,
        lost_customers.period_start,
        segments.dimension,
        segments.member,
        lost_customers.reason,
        lost_customers.is_involuntary,
        lost_customers.mrr_lost
    from lost_customers
    inner join segments
        on lost_customers.customer_id = segments.customer_id
{%- if 'plan' in var('dimensions') %}

    union all

    select
        grain,
        period_start,
        'plan' as dimension,
        plan_opening as member,
        reason,
        is_involuntary,
        mrr_lost
    from lost_customers
{%- endif %}
{%- for rest in plan_crossings() %}

    union all

    select
        lost_customers.grain,
        lost_customers.period_start,
        'plan+{{ rest }}' as dimension,
        {{ plan_crossed('lost_customers.plan_opening', rest) }} as member,
        lost_customers.reason,
        lost_customers.is_involuntary,
        lost_customers.mrr_lost
    from lost_customers
    inner join segments
        on lost_customers.customer_id = segments.customer_id and segments.dimension = '{{ rest }}'
{%- endfor %}
),

final as (
    select
        grain,
        period_start,
        dimension,
        member,
        reason,
        is_involuntary,
        count(*) as customers_lost,
        {{ money('sum(mrr_lost)') }} as mrr_lost
    from memberships
    group by grain, period_start, dimension, member, reason, is_involuntary
)

select * from final
