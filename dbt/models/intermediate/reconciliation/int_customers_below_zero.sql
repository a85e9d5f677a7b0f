-- Guard: nobody is worth less than nothing a month. Who is counts as nothing then, and would be in no figure without a word.
with

customers as (
    select
        customer_id,
        max(mrr) + max(below_zero) as amount_checked,
        max(below_zero) as below_zero
    from {{ ref('int_customer_mrr') }}
    group by customer_id
    having max(mrr) + max(below_zero) > 0
),

{{ money_guard(
    'below_zero', 'customers', 'customer_id', {'below zero': 'below_zero'},
    mrr_effect='null', warns_above_rows='null', warns_above_money=var('max_share_of_money')
) }}

select * from final
