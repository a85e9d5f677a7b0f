-- One row per guard, as each is computed; mart_reconciliation judges them.
{{ config(materialized='table') }}

with

final as (
    {%- for model in [
        'int_reconciled_invoices', 'int_reconciled_credits', 'int_reconciled_money_back', 'int_reconciled_payments',
        'int_reconciled_refunds', 'int_reconciled_orders', 'int_reconciled_recurring', 'int_lines_of_one_class', 'int_strangers',
    ] %}
    select {{ guard_columns() }} from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
