with

source as (
    {{ newest_version('contacts', ['contact_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

renamed as (
    select
        source.contact_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.contacted_at,
        {{ local_date('source.contacted_at') }} as contacted_on,
        {{ label('source.channel') }} as channel,
        lower(source.direction) as direction,
        coalesce(lower(source.direction), 'outbound') <> 'inbound' as is_outbound,
        {{ label('source.campaign') }} as campaign,
        source._source_file,
        source._source_row,
        source._load_id
    from source
    left join customer_ids on source.customer_id = customer_ids.customer_id_as_given
)

select * from renamed
