{{ kept_by_customer_to_date(reads=['int_mrr_movements', 'int_movement_sources']) }}

with

movements as (
    select * from {{ ref('int_mrr_movements') }}
    where {{ is_computed('customer_id') }}
),

sources as (
    select * from {{ ref('int_movement_sources') }}
    where {{ is_computed('customer_id') }}
),

final as (
    select
        movements.customer_id,
        movements.movement_on,
        movements.movement_type,
        movements.amount,
        movements.mrr_before,
        movements.mrr_after,
        movements.subscription_id,
        movements.plan_id,
        cast(sources.source_table as {{ dbt.type_string() }}) as source_table,
        sources.source_key,
        sources.source_file,
        sources.source_row
    from movements
    left join sources
        on
            movements.customer_id = sources.customer_id
            and movements.movement_on = sources.movement_on
)

select * from final
