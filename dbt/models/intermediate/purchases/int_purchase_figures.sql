-- Dense: every period x every member, also where nobody bought, so that a missing row never
-- looks like a quiet month.
{{ config(materialized='table') }}

with

periods as (
    select * from {{ ref('int_periods') }}
),

recurring_members as (
    select * from {{ ref('int_segment_members') }}
),

figures as (
    select * from {{ ref('int_buyer_period_figures') }}
),

to_date as (
    select * from {{ ref('int_buyers_to_date') }}
),

-- buyers without a subscription hold no plan, which the recurring side alone may never show
members as (
    select
        dimension,
        member
    from recurring_members

    union

    select
        dimension,
        member
    from to_date
),

final as (
    select
        periods.grain,
        periods.period_start,
        periods.period_end,
        periods.is_complete,
        periods.covered_until,
        members.dimension,
        members.member,
        cast(coalesce(to_date.buyers_to_date, 0) as integer) as buyers_to_date,
        cast(coalesce(to_date.repeat_buyers_to_date, 0) as integer) as repeat_buyers_to_date,
        cast(coalesce(figures.buyers, 0) as integer) as buyers,
        cast(coalesce(figures.returning_buyers, 0) as integer) as returning_buyers,
        cast(coalesce(figures.purchases, 0) as integer) as purchases,
        cast(coalesce(figures.repeat_purchases, 0) as integer) as repeat_purchases,
        {{ money('coalesce(figures.amount, 0)') }} as amount,
        {{ money('coalesce(figures.repeat_amount, 0)') }} as repeat_amount,
        {{ money('coalesce(figures.repeat_customer_amount, 0)') }} as repeat_customer_amount,
        figures.days_between
    from periods
    cross join members
    left join to_date
        on
            periods.grain = to_date.grain
            and periods.period_start = to_date.period_start
            and members.dimension = to_date.dimension
            and members.member = to_date.member
    left join figures
        on
            periods.grain = figures.grain
            and periods.period_start = figures.period_start
            and members.dimension = figures.dimension
            and members.member = figures.member
)

select * from final
