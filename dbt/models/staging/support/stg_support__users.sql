with

source as (
    {{ newest_version('users', ['user_id']) }}
),

memberships as (
    {{ newest_version('memberships', ['user_id', 'organization_id']) }}
),

-- of several organisations the one that was joined last
joined_last as (
    select
        user_id,
        organization_id,
        row_number() over (
            partition by user_id order by coalesce(_version_at, _loaded_at) desc, organization_id
        ) as place
    from memberships
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

final as (
    select
        source.user_id,
        coalesce(source.organization_id, joined_last.organization_id) as organization_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        lower(nullif(trim(source.email), '')) as email,
        source._load_id,
        source._source_file,
        source._source_row
    from source
    left join joined_last
        on source.user_id = joined_last.user_id and joined_last.place = 1
    left join customer_ids
        on source.customer_id = customer_ids.customer_id_as_given
)

select * from final
