-- Orders where the export has any; otherwise every paid invoice. Never both: a shop that
-- exports its orders and its invoices would count each purchase twice.
{{ config(materialized='table') }}

with

orders as (
    select * from {{ ref('int_orders') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

-- a refund may come as a status or as a negative line that takes the whole order back
standing_orders as (
    select order_id
    from orders
    where {{ counts_as_purchase('status') }}
    group by order_id
    having sum(amount) > 0 or min(amount) >= 0
),

order_lines as (
    select
        'orders' as source_table,
        orders.order_id as document_id,
        coalesce(orders.line_id, orders.order_id) as line_id,
        orders.customer_id,
        orders.ordered_at as purchased_at,
        orders.ordered_on as purchased_on,
        orders.product_id,
        orders.product_name,
        orders.product_category,
        orders.campaign,
        orders.amount,
        orders.currency,
        orders._source_file as source_file,
        orders._source_row as source_row
    from orders
    inner join standing_orders on orders.order_id = standing_orders.order_id
    where {{ counts_as_purchase('orders.status') }}
),

purchase_lines as (
    select * from order_lines

    union all

    select * from {{ ref('int_paid_invoice_lines') }}
),

final as (
    select
        purchase_lines.source_table,
        purchase_lines.document_id,
        purchase_lines.line_id,
        purchase_lines.customer_id,
        purchase_lines.purchased_at,
        purchase_lines.purchased_on,
        purchase_lines.product_id,
        purchase_lines.product_name,
        purchase_lines.product_category,
        purchase_lines.campaign,
        {{ converted('purchase_lines.amount', 'rates.rate') }} as amount,
        purchase_lines.source_file,
        purchase_lines.source_row
    from purchase_lines
    left join rates
        on
            purchase_lines.currency = rates.currency
            and {{ rate_holds_on('rates', 'purchase_lines.purchased_on') }}
    where
        purchase_lines.purchased_on <= {{ until_date() }}
        and {{ possible_instant('purchase_lines.purchased_at') }} is not null
)

select * from final
