with

periods as (
    select * from {{ ref('int_periods') }}
),

customer_periods as (
    select * from {{ ref('int_customer_periods') }}
),

left_out as (
    select distinct
        periods.grain,
        periods.period_start,
        causes.customer_id
    from {{ ref('int_span_causes') }} as causes
    inner join periods
        on causes.opening_on = periods.period_start and causes.closing_on = periods.closing_on
    where not causes.is_counted
),

moved as (
    select
        customer_periods.grain,
        customer_periods.period_start,
        coalesce(customer_periods.plan_opening, '(not a customer)') as plan_from,
        coalesce(customer_periods.plan_closing, '(not a customer)') as plan_to,
        case
            when customer_periods.status = 'new' then 'new'
            when customer_periods.status = 'reactivated' then 'reactivation'
            when customer_periods.status = 'lost' then 'churn'
            when left_out.customer_id is not null then 'new_terms'
            when customer_periods.mrr_closing - customer_periods.fx > customer_periods.mrr_opening then 'upgrade'
            when customer_periods.mrr_closing - customer_periods.fx < customer_periods.mrr_opening then 'downgrade'
            else 'unchanged'
        end as movement,
        customer_periods.mrr_opening,
        customer_periods.mrr_closing
    from customer_periods
    left join left_out
        on
            customer_periods.grain = left_out.grain
            and customer_periods.period_start = left_out.period_start
            and customer_periods.customer_id = left_out.customer_id
),

final as (
    select
        periods.grain,
        periods.period_start,
        periods.period_end,
        periods.is_complete,
        periods.covered_until,
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
        periods.grain, periods.period_start, periods.period_end, periods.is_complete, periods.covered_until,
        moved.plan_from, moved.plan_to, moved.movement
)

select * from final
