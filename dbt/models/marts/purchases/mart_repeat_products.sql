with

first_products as (
    select * from {{ ref('int_first_purchase_products') }}
),

-- to date, young buyers had no time to return; within 90 days compares like with like
marked as (
    select
        *,
        case when second_purchased_on is not null then 1 else 0 end as is_repeat,
        case when {{ add_days('first_purchased_on', 90) }} <= {{ until_date() }} then 1 else 0 end
            as is_90_days_old,
        case when second_purchased_on <= {{ add_days('first_purchased_on', 90) }} then 1 else 0 end
            as is_repeat_in_90_days
    from first_products
),

final as (
    select
        level,
        member,
        min(member_name) as member_name,
        cast(count(*) as integer) as first_buyers,
        cast(sum(is_repeat) as integer) as repeat_buyers,
        {{ share('sum(is_repeat)', 'count(*)') }} as repeat_rate,
        cast(sum(is_90_days_old) as integer) as first_buyers_90_days_old,
        cast(sum(is_90_days_old * is_repeat_in_90_days) as integer) as repeat_buyers_in_90_days,
        {{ share('sum(is_90_days_old * is_repeat_in_90_days)', 'sum(is_90_days_old)') }}
            as repeat_rate_90_days,
        {{ middle(days_between('first_purchased_on', 'second_purchased_on')) }} as median_days_to_second,
        {{ money('sum(first_amount)') }} as first_amount,
        {{ money('sum(amount)') }} as amount_to_date
    from marked
    group by level, member
)

select * from final
