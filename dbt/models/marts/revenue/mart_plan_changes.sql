with

periods as (
    select * from {{ ref('int_periods') }}
),

customer_spans as (
    select * from {{ ref('int_customer_spans') }}
),

left_out as (
    select distinct
        opening_on,
        closing_on,
        customer_id
    from {{ ref('int_span_causes') }}
    where not is_counted
),

moved as (
    select
        customer_spans.opening_on,
        customer_spans.closing_on,
        coalesce(customer_spans.plan_opening, '(not a customer)') as plan_from,
        coalesce(customer_spans.plan_closing, '(not a customer)') as plan_to,
        case
            when customer_spans.status = 'new' then 'new'
            when customer_spans.status = 'reactivated' then 'reactivation'
            when customer_spans.status = 'lost' then 'churn'
            when left_out.customer_id is not null then 'new_terms'
            when customer_spans.mrr_closing - customer_spans.fx > customer_spans.mrr_opening then 'upgrade'
            when customer_spans.mrr_closing - customer_spans.fx < customer_spans.mrr_opening then 'downgrade'
            else 'unchanged'
        end as movement,
        customer_spans.mrr_opening,
        customer_spans.mrr_closing
    from customer_spans
    left join left_out
        on
            customer_spans.opening_on = left_out.opening_on
            and customer_spans.closing_on = left_out.closing_on
            and customer_spans.customer_id = left_out.customer_id
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
    from periods
    inner join moved
        on periods.period_start = moved.opening_on and periods.closing_on = moved.closing_on
    group by
        periods.grain, periods.period_start, periods.period_end, periods.is_complete, periods.covered_until,
        moved.plan_from, moved.plan_to, moved.movement
)

select * from final
