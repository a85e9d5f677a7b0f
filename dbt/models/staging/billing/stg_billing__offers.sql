with

source as (
    {{ newest_version('offers', ['offer_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

renamed as (
    select
        source.offer_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        lower(source.kind) as kind,
        {{ local_date('source.made_at') }} as made_on,
        {{ local_date('source.accepted_at') }} as accepted_on,
        {{ local_date('source.declined_at') }} as declined_on,
        {{ label('source.campaign') }} as campaign,
        coalesce(source.is_holdout, false) as is_holdout,
        source._load_id,
        source._source_file,
        source._source_row
    from source
    left join customer_ids on source.customer_id = customer_ids.customer_id_as_given
)

select * from renamed
