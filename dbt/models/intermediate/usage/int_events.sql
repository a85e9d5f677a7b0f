-- Events of the newest version, each with its customer and the number of its feature. A view: 50 million of them are read by parts.
with

source as (
    select * from {{ source('raw', 'events') }}
),

superseded as (
    select * from {{ ref('stg_usage__superseded_events') }}
),

identities as (
    select * from {{ ref('stg_usage__identities') }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

features as (
    select * from {{ ref('stg_usage__features') }}
),

-- the user's customer counts only where the event itself names none
final as (
    select
        source.event_id,
        coalesce(customer_ids.customer_id, source.customer_id, identities.customer_id) as customer_id,
        source.customer_id is null as is_identified_by_user,
        source.user_id,
        source.event_name,
        source.occurred_at,
        {{ local_date('source.occurred_at') }} as occurred_on,
        source.session_id,
        source.feature,
        features.feature_word,
        features.feature_bit,
        source._source_file,
        source._source_row,
        source._load_id
    from source
    left join superseded
        on
            source.event_id = superseded.event_id
            and source._load_id = superseded.load_id
            and source._source_row = superseded.source_row
    left join identities on source.user_id = identities.user_id
    left join customer_ids on source.customer_id = customer_ids.customer_id_as_given
    left join features on source.feature = features.feature
    where
        superseded.event_id is null
        and not source._deleted
        and {{ known_by_as_of('source') }}
)

select * from final
