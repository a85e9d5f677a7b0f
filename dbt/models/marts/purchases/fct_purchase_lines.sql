with

purchase_lines as (
    select
        *,
        {{ purchase_id() }} as purchase_id
    from {{ ref('int_purchase_lines') }}
),

purchases as (
    select * from {{ ref('int_purchases') }}
),

final as (
    select
        purchase_lines.purchase_id,
        purchases.purchase_number,
        purchase_lines.customer_id,
        purchases.purchased_on,
        cast(purchase_lines.source_table as {{ dbt.type_string() }}) as source_table,
        purchase_lines.document_id,
        purchase_lines.line_id,
        purchase_lines.product_id,
        purchase_lines.product_category,
        purchase_lines.amount,
        purchase_lines.source_file,
        purchase_lines.source_row
    from purchase_lines
    inner join purchases on purchase_lines.purchase_id = purchases.purchase_id
)

select * from final
