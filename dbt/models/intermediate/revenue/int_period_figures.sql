-- Every period x every member: the sums, those of the twelve months up to closing, and the churn of the last
-- three months.
{%- set counts = [
    'customers_opening', 'customers_closing', 'customers_retained', 'customers_lost', 'customers_new',
    'customers_reactivated', 'upgrades', 'downgrades',
] %}
{%- set amounts = [
    'mrr_opening', 'mrr_new', 'mrr_reactivation', 'mrr_expansion', 'mrr_contraction', 'mrr_churn', 'fx',
    'transfer_in', 'transfer_out', 'mrr_closing', 'mrr_kept', 'mrr_kept_at_most',
] %}
{{ config(materialized='table') }}

with

periods as (
    select * from {{ ref('int_periods') }}
),

members as (
    select dimension, member from {{ ref('int_segment_members') }}
),

figures as (
    select * from {{ ref('int_span_figures') }}
),

-- Voluntary is the rest: a customer whose leaving nobody explained left of its own will.
involuntary as (
    select
        grain,
        period_start,
        dimension,
        member,
        sum(customers_lost) as customers_lost,
        sum(mrr_lost) as mrr_lost
    from {{ ref('int_lost_figures') }}
    where is_involuntary
    group by grain, period_start, dimension, member
),

of_periods as (
    select
        periods.*,
        members.dimension,
        members.member,
        {%- for figure in counts + amounts %}
        coalesce(figures.{{ figure }}, 0) as {{ figure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from periods
    cross join members
    left join figures
        on
            periods.period_start = figures.opening_on
            and periods.closing_on = figures.closing_on
            and members.dimension = figures.dimension
            and members.member = figures.member
),

-- Customers at opening and lost of each month and the two before it: what a lifetime is estimated from.
month_churn as (
    select
        period_start as month,
        dimension,
        member,
        {%- for months_ago in [0, 1, 2] %}
        coalesce(lag(customers_opening, {{ months_ago }}) over whole, 0) as opening_{{ months_ago }},
        coalesce(lag(customers_lost, {{ months_ago }}) over whole, 0) as lost_{{ months_ago }}{{ ',' if not loop.last }}
        {%- endfor %}
    from of_periods
    where grain = 'month'
    window whole as (partition by dimension, member order by period_start)
),

final as (
    select
        of_periods.grain,
        of_periods.period_start,
        of_periods.period_end,
        of_periods.is_complete,
        of_periods.covered_until,
        of_periods.dimension,
        of_periods.member,
        {%- for count in counts %}
        cast(of_periods.{{ count }} as bigint) as {{ count }},
        {%- endfor %}
        {%- for amount in amounts %}
        {{ money('of_periods.' ~ amount) }} as {{ amount }},
        {%- endfor %}
        cast(of_periods.customers_lost - coalesce(involuntary.customers_lost, 0) as bigint) as customers_lost_voluntary,
        cast(coalesce(involuntary.customers_lost, 0) as bigint) as customers_lost_involuntary,
        {{ money('of_periods.mrr_churn - coalesce(involuntary.mrr_lost, 0)') }} as mrr_churn_voluntary,
        {{ money('coalesce(involuntary.mrr_lost, 0)') }} as mrr_churn_involuntary,
        {{ money('past_year.mrr_opening') }} as mrr_opening_12m,
        {{ money('past_year.mrr_kept') }} as mrr_kept_12m,
        {{ money('past_year.mrr_kept_at_most') }} as mrr_kept_at_most_12m,
        {%- for months_ago in [0, 1, 2] %}
        month_churn.opening_{{ months_ago }},
        month_churn.lost_{{ months_ago }}{{ ',' if not loop.last }}
        {%- endfor %}
    from of_periods
    left join figures as past_year
        on
            {{ add_months('of_periods.closing_on', -12) }} = past_year.opening_on
            and of_periods.closing_on = past_year.closing_on
            and of_periods.dimension = past_year.dimension
            and of_periods.member = past_year.member
    left join involuntary
        on
            of_periods.grain = involuntary.grain
            and of_periods.period_start = involuntary.period_start
            and of_periods.dimension = involuntary.dimension
            and of_periods.member = involuntary.member
    left join month_churn
        on
            {{ period_start('month', add_days('of_periods.closing_on', -1)) }} = month_churn.month
            and of_periods.dimension = month_churn.dimension
            and of_periods.member = month_churn.member
)

select * from final
