with

figures as (
    select
        grain,
        period_start,
        period_end,
        is_complete,
        covered_until,
        dimension,
        member,
        buyers,
        purchases,
        repeat_purchases,
        amount as purchase_amount,
        repeat_amount as repeat_purchase_amount,
        repeat_customer_amount,
        cast(coalesce(days_between, 0) as bigint) as days_between
    from {{ ref('int_purchase_figures') }}
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
        buyers,
        purchases,
        repeat_purchases,
        purchase_amount,
        repeat_purchase_amount,
        repeat_customer_amount,
        {{ share('repeat_customer_amount', 'purchase_amount') }} as repeat_revenue_share,
        {{ share('days_between', 'repeat_purchases') }} as average_days_between,
        days_between
    from figures
)

select * from final
