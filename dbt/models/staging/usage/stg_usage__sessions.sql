with

source as (
    {{ newest_version('sessions', ['session_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

renamed as (
    select
        source.session_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.user_id,
        source.started_at,
        {{ local_date('source.started_at') }} as started_on,
        source.duration_seconds,
        source._source_file,
        source._source_row,
        source._load_id
    from source
    left join customer_ids on source.customer_id = customer_ids.customer_id_as_given
)

select * from renamed
