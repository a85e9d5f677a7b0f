with

differences as (
    select * from {{ ref('int_invoice_differences') }}
),

final as (
    select
        invoice_id,
        customer_id,
        issued_on,
        cast(difference_class as {{ dbt.type_string() }}) as difference_class,
        currency,
        amount_stated,
        amount_understood,
        difference,
        amount,
        mrr_effect,
        mrr_effect_from,
        mrr_effect_to
    from differences
)

select * from final
