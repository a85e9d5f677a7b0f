with

source as (
    {{ newest_version('identities', ['user_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

renamed as (
    select
        source.user_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source._source_file,
        source._source_row,
        source._load_id
    from source
    left join customer_ids on source.customer_id = customer_ids.customer_id_as_given
)

select * from renamed
