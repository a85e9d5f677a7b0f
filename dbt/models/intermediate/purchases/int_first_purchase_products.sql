-- A customer whose first purchase held several products counts once under each of them.
with

purchase_lines as (
    select * from {{ ref('int_purchase_lines') }}
),

buyers as (
    select * from {{ ref('int_buyers') }}
),

purchases as (
    select * from {{ ref('int_purchases') }}
),

first_purchases as (
    select * from purchases
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

final as (
    select
        unioned.level,
        unioned.customer_id,
        unioned.member,
        unioned.member_name,
        {{ money('unioned.first_amount') }} as first_amount,
        buyers.first_purchased_on,
        buyers.second_purchased_on,
        buyers.amount
    from unioned
    inner join buyers on unioned.customer_id = buyers.customer_id
)

select * from final
