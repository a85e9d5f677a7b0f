-- Why each expansion and contraction of a day.
{{ incremental_by_customer_to_date(inputs=['int_mrr_changes', 'int_piece_terms']) }}

with

changes as (
    select
        customer_id,
        movement_on as opening_on,
        {{ add_days('movement_on', 1) }} as closing_on,
        amount as change
    from {{ ref('int_mrr_movements') }}
    where movement_type in ('expansion', 'contraction') and {{ is_computed('customer_id') }}
),

{{ causes_of('changes') }}

select * from final
