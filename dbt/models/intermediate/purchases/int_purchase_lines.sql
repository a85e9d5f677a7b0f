-- Orders where the export has any; otherwise every paid invoice. Never both: a shop that
-- exports its orders and its invoices would count each purchase twice.
{{ config(materialized='table') }}

with

orders as (
    select * from {{ ref('stg_billing__orders') }}
),

invoice_lines as (
    select * exclude (amount, amount_billed), amount_billed as amount
    from {{ ref('int_invoice_line_amounts') }}
    where not exists (select 1 from orders)
),

refunded_invoices as (
    select * from {{ ref('int_refunded_invoices') }}
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

-- an invoice over nothing (a trial's, or one paid wholly by credit) buys nothing
standing_invoices as (
    select invoice_id
    from invoice_lines
    where invoice_status = 'paid' and kind <> 'tax'
    group by invoice_id
    having sum(amount) > 0
),

paid_invoice_lines as (
    select
        'invoice_lines' as source_table,
        invoice_lines.invoice_id as document_id,
        invoice_lines.line_id,
        invoice_lines.customer_id,
        coalesce(invoice_lines.paid_at, invoice_lines.issued_at) as purchased_at,
        coalesce(invoice_lines.paid_on, invoice_lines.issued_on) as purchased_on,
        invoice_lines.plan_id as product_id,
        cast(null as {{ dbt.type_string() }}) as product_name,
        invoice_lines.kind as product_category,
        cast(null as {{ dbt.type_string() }}) as campaign,
        invoice_lines.amount,
        invoice_lines.currency,
        invoice_lines._source_file as source_file,
        invoice_lines._source_row as source_row
    from invoice_lines
    inner join standing_invoices on invoice_lines.invoice_id = standing_invoices.invoice_id
    left join refunded_invoices on invoice_lines.invoice_id = refunded_invoices.invoice_id
    where invoice_lines.kind <> 'tax' and refunded_invoices.invoice_id is null
),

purchase_lines as (
    select * from order_lines

    union all

    select * from paid_invoice_lines
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
        on purchase_lines.currency = rates.currency and {{ rate_holds_on('rates', 'purchase_lines.purchased_on') }}
    where
        purchase_lines.purchased_on <= {{ until_date() }}
        and {{ possible_instant('purchase_lines.purchased_at') }} is not null
)

select * from final
