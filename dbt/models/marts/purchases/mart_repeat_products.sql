-- A customer whose first purchase held several products counts once under each of them.
with

purchase_lines as (
    select * from {{ ref('int_purchase_lines') }}
),

buyers as (
    select * from {{ ref('int_buyers') }}
),

first_purchases as (
    select * from {{ ref('int_purchases') }}
    where purchase_number = 1
),

first_lines as (
    select
        purchase_lines.customer_id,
        coalesce(purchase_lines.product_id, purchase_lines.product_name, '(none)') as product_id,
        coalesce(purchase_lines.product_name, purchase_lines.product_id, '(none)') as product_name,
        coalesce(purchase_lines.product_category, '(none)') as product_category,
        purchase_lines.amount
    from purchase_lines
    inner join first_purchases
        on
            purchase_lines.customer_id = first_purchases.customer_id
            {%- if var('same_day_orders_are_one') %}
            and purchase_lines.purchased_on = first_purchases.purchased_on
            {%- else %}
            and {{ dbt.concat(["purchase_lines.customer_id", "'|'", "purchase_lines.document_id"]) }}
            = first_purchases.purchase_id
            {%- endif %}
),

by_product as (
    select
        'product' as level,
        customer_id,
        product_id as member,
        min(product_name) as member_name,
        sum(amount) as first_amount
    from first_lines
    group by customer_id, product_id
),

by_category as (
    select
        'category' as level,
        customer_id,
        product_category as member,
        product_category as member_name,
        sum(amount) as first_amount
    from first_lines
    group by customer_id, product_category
),

unioned as (
    select * from by_product
    union all
    select * from by_category
),

-- to date, young buyers had no time to return; within 90 days compares like with like
marked as (
    select
        unioned.*,
        buyers.first_purchased_on,
        buyers.second_purchased_on,
        buyers.amount,
        case when buyers.second_purchased_on is not null then 1 else 0 end as is_repeat,
        case when {{ add_days('buyers.first_purchased_on', 90) }} <= {{ until_date() }} then 1 else 0 end as is_90_days_old,
        case when buyers.second_purchased_on <= {{ add_days('buyers.first_purchased_on', 90) }} then 1 else 0 end
            as is_repeat_in_90_days
    from unioned
    inner join buyers
        on unioned.customer_id = buyers.customer_id
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
