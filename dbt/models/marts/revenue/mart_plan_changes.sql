{{ kept(
    reaches_to='period_end',
    reads=['int_customer_spans'],
    of='int_periods',
    key={'grain': 'grain', 'period_start': 'period_start'}
) }}

with

periods as (
    select * from {{ ref('int_periods') }} as all_periods
    where {{ is_missing('all_periods') }}
),

customer_periods as (
    select * from {{ ref('int_customer_periods') }}
),

moved as (
    select
        grain,
        period_start,
        coalesce(plan_opening, '(not a customer)') as plan_from,
        coalesce(plan_closing, '(not a customer)') as plan_to,
        case
            when status = 'new' then 'new'
            when status = 'reactivated' then 'reactivation'
            when status = 'lost' then 'churn'
            when mrr_closing - fx > mrr_opening then 'upgrade'
            when mrr_closing - fx < mrr_opening then 'downgrade'
            else 'unchanged'
        end as movement,
        mrr_opening,
        mrr_closing
    from customer_periods
),

final as (
    select
        periods.grain,
        periods.period_start,
        periods.period_end,
        periods.is_complete,
        moved.plan_from,
        moved.plan_to,
        cast(moved.movement as {{ dbt.type_string() }}) as movement,
        cast(count(*) as bigint) as customers,
        {{ money('sum(moved.mrr_opening)') }} as mrr_from,
        {{ money('sum(moved.mrr_closing)') }} as mrr_to
    from moved
    inner join periods
        on moved.grain = periods.grain and moved.period_start = periods.period_start
    group by
        periods.grain, periods.period_start, periods.period_end, periods.is_complete,
        moved.plan_from, moved.plan_to, moved.movement
)

select * from final
