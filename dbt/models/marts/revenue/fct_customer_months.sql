{{ incremental_by_day(
    days_before=add_months('month', 1),
    inputs=['int_customer_spans']
) }}

with

customer_periods as (
    select * from {{ ref('int_customer_periods') }}
),

final as (
    select
        customer_id,
        period_start as month,
        mrr_opening,
        mrr_closing,
        cast(status as {{ dbt.type_string() }}) as status
    from customer_periods
    where grain = 'month' and {{ is_in_missing_month('period_start') }}
)

select * from final
