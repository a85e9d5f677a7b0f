-- Months, quarters and years from the first month with any activity to the one that holds `until`.
{{ config(materialized='table') }}

with

recurring as (
    select min(valid_from) as first_on
    from {{ ref('int_recurring_periods') }}
    where mrr > 0
),

purchases as (
    select min(purchased_on) as first_on
    from {{ ref('int_purchases') }}
),

span as (
    select
        least(recurring.first_on, purchases.first_on) as first_on,
        {{ until_date() }} as last_on
    from recurring
    cross join purchases
),

offsets as (
    {{ numbers(4) }}
),

months as (
    select cast({{ add_months(period_start('month', 'span.first_on'), 'offsets.n') }} as date) as month_start
    from span
    inner join offsets
        on offsets.n <= {{ months_between('span.first_on', 'span.last_on') }}
    where span.first_on <= span.last_on
),

starts as (
    {%- for grain, months in [('month', 1), ('quarter', 3), ('year', 12)] %}
    select distinct
        '{{ grain }}' as grain,
        {{ period_start(grain, 'month_start') }} as period_start,
        {{ add_months(period_start(grain, 'month_start'), months) }} as period_end
    from months
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        grain,
        period_start,
        period_end,
        least(period_end, {{ after_until() }}) as closing_on,
        {{ how_far('period_end', until_date()) }}
    from starts
)

select * from final
