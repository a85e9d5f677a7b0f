{{ incremental_by_customer_to_date(inputs=['int_movement_sources', 'int_movement_causes']) }}

with

movements as (
    select * from {{ ref('int_mrr_movements') }}
    where {{ is_computed('customer_id') }}
),

sources as (
    select * from {{ ref('int_movement_sources') }}
    where {{ is_computed('customer_id') }}
),

causes as (
    select
        customer_id,
        opening_on as movement_on,
        concat_ws(
            ', '
            {%- for cause in ['plan', 'add_on', 'quantity', 'price', 'commitment', 'discount'] %},
            max(case when cause = '{{ cause }}' then '{{ cause }}' end)
            {%- endfor %}
        ) as cause
    from {{ ref('int_movement_causes') }}
    where {{ is_computed('customer_id') }}
    group by customer_id, opening_on
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
        sources.source_row,
        case when movements.movement_type in ('expansion', 'contraction') then causes.cause end as cause
    from movements
    left join sources
        on
            movements.customer_id = sources.customer_id
            and movements.movement_on = sources.movement_on
    left join causes
        on
            movements.customer_id = causes.customer_id
            and movements.movement_on = causes.movement_on
)

select * from final
