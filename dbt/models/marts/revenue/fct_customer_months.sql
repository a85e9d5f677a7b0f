{{ incremental_by_day(
    days_before=add_months('month', 1),
    inputs=['int_customer_spans']
) }}

with

months as (
    select * from {{ ref('int_periods') }}
    where grain = 'month' and {{ is_in_missing_month('period_start') }}
),

customer_spans as (
    select * from {{ ref('int_customer_spans') }}
),

final as (
    select
        customer_spans.customer_id,
        months.period_start as month,
        customer_spans.mrr_opening,
        customer_spans.mrr_closing,
        cast(customer_spans.status as {{ dbt.type_string() }}) as status
    from months
    inner join customer_spans
        on
            months.period_start = customer_spans.opening_on
            and months.closing_on = customer_spans.closing_on
)

select * from final
