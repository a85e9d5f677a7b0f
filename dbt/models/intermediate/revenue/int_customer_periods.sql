-- Each customer at the opening and the closing of each month, quarter and year.
with

periods as (
    select * from {{ ref('int_periods') }}
),

customer_spans as (
    select * from {{ ref('int_customer_spans') }}
),

final as (
    select
        periods.grain,
        periods.period_start,
        customer_spans.customer_id,
        customer_spans.mrr_opening,
        customer_spans.mrr_closing,
        customer_spans.fx,
        customer_spans.status,
        customer_spans.plan_opening,
        customer_spans.plan_closing,
        customer_spans.ever_active_before
    from periods
    inner join customer_spans
        on
            periods.period_start = customer_spans.opening_on
            and periods.closing_on = customer_spans.closing_on
)

select * from final
