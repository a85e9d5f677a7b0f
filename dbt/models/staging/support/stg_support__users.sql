with

source as (
    {{ newest_version('users', ['user_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

final as (
    select
        source.user_id,
        source.organization_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        lower(nullif(trim(source.email), '')) as email,
        source.is_agent,
        source._load_id,
        source._source_file,
        source._source_row
    from source
    left join customer_ids
        on source.customer_id = customer_ids.customer_id_as_given
)

select * from final
