-- Finding the newest version by sorting 50 million rows every night would cost more than
-- all the rest, and nearly every event has one version. This keeps the few that were
-- overtaken; a night looks only for the ids that night brought. The row with
-- source_row = -1 says up to which load the search has come.
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['event_id', 'load_id', 'source_row'],
    full_refresh=rebuild_when_as_of()
) }}

with

raw_rows as (

    select
        events.event_id,
        events.customer_id,
        events.user_id,
        events.occurred_at,
        events._load_id as load_id,
        events._source_row as source_row
    from {{ source('raw', 'events') }} as events
    where {{ known_by_as_of('events') }}

),

{% if is_incremental() -%}
searched as (

    select coalesce(max(load_id), -1) as load_id from {{ this }}

),

suspects as (

    select distinct raw_rows.event_id
    from raw_rows
    where raw_rows.load_id > (select searched.load_id from searched)

),

versions as (

    select raw_rows.*
    from raw_rows
    inner join suspects on raw_rows.event_id = suspects.event_id

),
{%- else -%}
suspects as (

    select {{ row_hash('event_id') }} as event_hash
    from raw_rows
    group by {{ row_hash('event_id') }}
    having count(*) > 1

),

versions as (

    select raw_rows.*
    from raw_rows
    inner join suspects on {{ row_hash('raw_rows.event_id') }} = suspects.event_hash

),
{%- endif %}

ranked as (

    select
        *,
        lead(load_id) over (partition by event_id order by load_id, source_row) as superseded_by_load_id
    from versions

),

superseded as (

    select
        event_id,
        load_id,
        source_row,
        customer_id,
        user_id,
        occurred_at,
        superseded_by_load_id
    from ranked
    where superseded_by_load_id is not null

),

progress as (

    select
        '' as event_id,
        max(load_id) as load_id,
        -1 as source_row,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        cast(null as {{ dbt.type_string() }}) as user_id,
        max(occurred_at) as occurred_at,
        cast(null as bigint) as superseded_by_load_id
    from raw_rows
    having count(*) > 0

)

select * from superseded
union all
select * from progress
