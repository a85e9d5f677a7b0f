with

figures as (
    select * from {{ ref('int_purchase_figures') }}
),

final as (
    select
        grain,
        period_start,
        period_end,
        is_complete,
        covered_until,
        dimension,
        member,
        buyers_to_date,
        repeat_buyers_to_date,
        {{ share('repeat_buyers_to_date', 'buyers_to_date') }} as repeat_customer_rate,
        buyers,
        returning_buyers,
        {{ share('returning_buyers', 'buyers') }} as returning_rate
    from figures
)

select * from final
