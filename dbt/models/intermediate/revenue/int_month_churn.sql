-- Customers lost and at opening of the last three months, for each month and member: what a lifetime is
-- estimated from.
with

periods as (
    select * from {{ ref('int_periods') }}
    where grain = 'month'
),

members as (
    select dimension, member from {{ ref('int_segment_members') }}
),

figures as (
    select * from {{ ref('int_span_figures') }}
),

dense as (
    select
        periods.period_start,
        members.dimension,
        members.member,
        coalesce(figures.customers_opening, 0) as customers_opening,
        coalesce(figures.customers_lost, 0) as customers_lost
    from periods
    cross join members
    left join figures
        on
            periods.period_start = figures.opening_on
            and periods.closing_on = figures.closing_on
            and members.dimension = figures.dimension
            and members.member = figures.member
),

final as (
    select
        period_start as month,
        dimension,
        member,
        customers_opening as opening_0,
        customers_lost as lost_0,
        {%- for months_ago in [1, 2] %}
        coalesce(lag(customers_opening, {{ months_ago }}) over whole, 0) as opening_{{ months_ago }},
        coalesce(lag(customers_lost, {{ months_ago }}) over whole, 0) as lost_{{ months_ago }}{{ ',' if not loop.last }}
        {%- endfor %}
    from dense
    window whole as (partition by dimension, member order by period_start)
)

select * from final
