with

buyers as (
    select * from {{ ref('int_buyers') }}
),

customers as (
    select * from {{ ref('stg_billing__customers') }}
),

-- the customer's own record knows best; else the campaign of the first purchase
acquired as (
    select
        coalesce(customers.acquisition_campaign, buyers.first_campaign, '(none)') as campaign,
        buyers.first_purchased_on,
        buyers.amount,
        buyers.first_amount,
        buyers.purchases,
        case when buyers.second_purchased_on is not null then 1 else 0 end as is_repeat,
        case when {{ add_days('buyers.first_purchased_on', 90) }} <= {{ until_date() }} then 1 else 0 end
            as is_90_days_old,
        case when buyers.second_purchased_on <= {{ add_days('buyers.first_purchased_on', 90) }} then 1 else 0 end
            as is_repeat_in_90_days
    from buyers
    left join customers on buyers.customer_id = customers.customer_id
),

final as (
    select
        campaign,
        cast(count(*) as integer) as buyers,
        cast(sum(is_repeat) as integer) as repeat_buyers,
        {{ share('sum(is_repeat)', 'count(*)') }} as repeat_rate,
        cast(sum(is_90_days_old) as integer) as buyers_90_days_old,
        cast(sum(is_90_days_old * is_repeat_in_90_days) as integer) as repeat_buyers_in_90_days,
        {{ share('sum(is_90_days_old * is_repeat_in_90_days)', 'sum(is_90_days_old)') }}
            as repeat_rate_90_days,
        cast(sum(purchases) as integer) as purchases,
        {{ money('sum(first_amount)') }} as first_amount,
        {{ money('sum(amount)') }} as amount_to_date
    from acquired
    group by campaign
)

select * from final
