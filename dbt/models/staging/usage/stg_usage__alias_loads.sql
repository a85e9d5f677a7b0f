with

source as (
    select * from {{ source('raw', 'customer_aliases') }}
),

final as (
    select
        customer_id,
        max(_load_id) as newest_load_id
    from source
    where {{ known_by_as_of('source') }}
    group by customer_id
)

select * from final
