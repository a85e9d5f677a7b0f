-- A night recomputes only the customer days that its rows touch: those of new events, those
-- a correction took an event away from, and those of users whose customer became known or
-- changed. A new alias may move any day, and a time zone moves all: both start over.
-- depends_on: {{ ref('stg_usage__superseded_events') }}
-- depends_on: {{ ref('stg_usage__identity_versions') }}
-- depends_on: {{ ref('stg_usage__alias_loads') }}
-- depends_on: {{ ref('stg_billing__customer_ids') }}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['customer_id', 'used_on'],
    full_refresh=rebuild_when_as_of(),
    pre_hook="{{ forget_moved_usage_days(this) if is_incremental() }}",
    post_hook="delete from {{ this }} where events = 0"
) }}

with

events as (

    select * from {{ ref('stg_usage__events') }}
    where customer_id is not null

),

{% if is_incremental() -%}
touched as (

    select *
    from ({{ usage_days_touched_since('(select coalesce(max(_load_id), -1) from ' ~ this ~ ')') }}) as days

),

relevant as (

    select events.*
    from events
    inner join touched
        on
            events.customer_id = touched.customer_id
            and events.occurred_on = touched.used_on

),
{%- else -%}
relevant as (

    select * from events

),
{%- endif %}

by_feature as (

    select
        customer_id,
        occurred_on,
        feature,
        count(*) as events,
        max(_load_id) as _load_id
    from relevant
    group by customer_id, occurred_on, feature

),

by_day as (

    select
        customer_id,
        occurred_on,
        sum(events) as events,
        {{ sorted_list('feature') }} as features,
        count(feature) as feature_count,
        max(_load_id) as _load_id
    from by_feature
    group by customer_id, occurred_on

),

-- the vendor's session where the event names one, else a pause of half an hour ends it;
-- a session that runs over midnight is a session of both days
gaps as (

    select
        customer_id,
        occurred_on,
        user_id,
        session_id,
        {{ epoch_seconds('occurred_at') }} as at_second,
        lag({{ epoch_seconds('occurred_at') }}) over (
            partition by customer_id, occurred_on, user_id, session_id
            order by occurred_at
        ) as previous_second
    from relevant

),

begun as (

    select
        *,
        case
            when previous_second is null then 1
            when session_id is null and at_second - previous_second > 1800 then 1
            else 0
        end as begins
    from gaps

),

-- the second before the earliest later beginning is where the first session ended
sessions as (

    select
        customer_id,
        occurred_on,
        user_id,
        session_id,
        sum(begins) as sessions,
        sum(case when begins = 0 then at_second - previous_second else 0 end) as seconds,
        min(at_second) as started_second,
        coalesce(min(case when begins = 1 then previous_second end), max(at_second)) - min(at_second)
            as first_seconds
    from begun
    group by customer_id, occurred_on, user_id, session_id

),

sessions_by_day as (

    select
        customer_id,
        occurred_on,
        sum(sessions) as sessions,
        count(distinct user_id) as users,
        sum(seconds) as session_seconds,
        min_by(first_seconds, started_second * 100000 + first_seconds) as first_session_seconds
    from sessions
    group by customer_id, occurred_on

),

computed as (

    select
        by_day.customer_id,
        by_day.occurred_on as used_on,
        cast(by_day.events as integer) as events,
        cast(sessions_by_day.sessions as integer) as sessions,
        cast(sessions_by_day.session_seconds as bigint) as session_seconds,
        cast(sessions_by_day.first_session_seconds as bigint) as first_session_seconds,
        cast(sessions_by_day.users as integer) as users,
        cast(by_day.feature_count as integer) as feature_count,
        by_day.features,
        '{{ var("timezone") }}' as time_zone,
        by_day._load_id
    from by_day
    inner join sessions_by_day
        on
            by_day.customer_id = sessions_by_day.customer_id
            and by_day.occurred_on = sessions_by_day.occurred_on

)

select * from computed
{%- if is_incremental() %}

-- a touched day that has no event left replaces its old row and is then deleted by the post-hook
union all
select
    touched.customer_id,
    touched.used_on,
    0 as events,
    0 as sessions,
    0 as session_seconds,
    0 as first_session_seconds,
    0 as users,
    0 as feature_count,
    null as features,
    '{{ var("timezone") }}' as time_zone,
    -1 as _load_id
from touched
left join computed
    on
        touched.customer_id = computed.customer_id
        and touched.used_on = computed.used_on
where computed.customer_id is null
{%- endif %}
