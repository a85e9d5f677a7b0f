-- Every version, since a user who now belongs to another customer leaves days behind at the old one.
with

source as (
    select * from {{ source('raw', 'identities') }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

renamed as (
    select
        source.user_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        max(source._load_id) over (partition by source.user_id) as newest_load_id,
        source._load_id,
        source._source_row
    from source
    left join customer_ids on source.customer_id = customer_ids.customer_id_as_given
    where {{ known_by_as_of('source') }}
)

select * from renamed
