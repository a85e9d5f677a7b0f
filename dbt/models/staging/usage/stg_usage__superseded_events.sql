-- Finding the newest version by sorting 50 million rows every night would cost more than all the rest, and
-- nearly every event has one version. The load knew which ids came again; only those are looked at.
{{ config(materialized='table') }}

with

raw_rows as (

    select * from {{ source('raw', 'events') }} as events
    where {{ known_by_as_of('events') }}

),

came_again as (

    select distinct event_id
    from raw_rows
    where coalesce(_may_supersede, true)

),

ranked as (

    select
        raw_rows.event_id,
        raw_rows._load_id as load_id,
        raw_rows._source_row as source_row,
        raw_rows.customer_id,
        raw_rows.user_id,
        raw_rows.occurred_at,
        lead(raw_rows._load_id) over (
            partition by raw_rows.event_id
            order by raw_rows._load_id, raw_rows._source_row
        ) as superseded_by_load_id
    from raw_rows
    inner join came_again on raw_rows.event_id = came_again.event_id

),

superseded as (

    select * from ranked
    where superseded_by_load_id is not null

)

select * from superseded
