with

source as (
    {{ newest_version('ratings', ['rating_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

renamed as (
    select
        source.rating_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.organization_id,
        source.user_id,
        source.ticket_id,
        lower(source.kind) as kind,
        source.score,
        source.scale_max,
        source.rated_at,
        {{ local_date('source.rated_at') }} as rated_on,
        source.comment,
        source._source_file,
        source._source_row,
        source._load_id
    from source
    left join customer_ids on source.customer_id = customer_ids.customer_id_as_given
)

select * from renamed
