-- Finding the newest version by sorting 50 million rows every night would cost more than all the rest, and
-- nearly every event has one version. The load knew which ids came again; only those are looked at.
{{ config(materialized='table') }}

with

came_again as (
    select event_id from {{ source('raw', 'events') }} as events
    where coalesce(_may_supersede, true) and {{ known_by_as_of('events') }}
),

versions as (
    select * from {{ source('raw', 'events') }} as events
    where {{ known_by_as_of('events') }} and event_id in (select came_again.event_id from came_again)
),

ranked as (
    select
        event_id,
        _load_id as load_id,
        _source_row as source_row,
        customer_id,
        user_id,
        occurred_at,
        max(_load_id) over (partition by event_id) as superseded_by_load_id,
        row_number() over (partition by event_id order by {{ newest_first() }}) as version_rank
    from versions
),

superseded as (
    select {{ all_but(['version_rank']) }} from ranked
    where version_rank > 1
)

select * from superseded
