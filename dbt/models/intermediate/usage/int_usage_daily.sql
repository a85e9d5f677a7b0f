-- A night recomputes only the customer days that its rows touch: those of new events, those
-- a correction took an event away from, and those of users whose customer became known or
-- changed. A new alias may move any day, and a time zone moves all: both start over, and are forgotten in a transaction
-- of their own, since a table that lost rows cannot gain a column (on_schema_change) in the same one.
-- depends_on: {{ ref('stg_usage__superseded_events') }}
-- depends_on: {{ ref('stg_usage__identity_versions') }}
-- depends_on: {{ ref('stg_usage__alias_loads') }}
-- depends_on: {{ ref('stg_usage__features') }}
-- depends_on: {{ ref('stg_billing__customer_ids') }}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['customer_id', 'used_on'],
    on_schema_change='append_new_columns',
    full_refresh=rebuild_when_as_of(),
    pre_hook={
        'sql': "{% if is_incremental() %}delete from {{ this }} where {{ usage_days_moved(this) }}{% endif %}",
        'transaction': false
    },
    post_hook="delete from {{ this }} where events = 0"
) }}
{%- if is_incremental() %}
{%- set touched_days = usage_days_touched_since(newest_load_of_usage_days(this)) %}
{#- A day at either side of UTC: no zone is further away. #}
{%- set first_touched = single_value('select ' ~ add_days('min(used_on)', -1) ~ ' from (' ~ touched_days ~ ') as days') %}
{%- endif %}

with

{% if is_incremental() -%}
touched as (

    select * from ({{ touched_days }}) as days

),

{% endif -%}
-- one reading for each kind, since what is read twice would be held in memory once
{%- for kind, has_session in [('named', 'session_id is not null'), ('unnamed', 'session_id is null')] %}
{{ kind }}_events as (

    select
        events.customer_id,
        events.occurred_on,
        events.user_id,
        events.session_id,
        {{ epoch_seconds('events.occurred_at') }} as at_second,
        {% for word in range(feature_words()) -%}
        case when events.feature_word = {{ word }} then events.feature_bit end as feature_mask_{{ word }},
        {% endfor -%}
        events._load_id
    from {{ ref('stg_usage__events') }} as events
    {%- if is_incremental() %}
    inner join touched
        on
            events.customer_id = touched.customer_id
            and events.occurred_on = touched.used_on
    {%- endif %}
    where
        events.customer_id is not null
        and events.{{ has_session }}
        {%- if is_incremental() %}
        and {{ 'events.occurred_at >= ' ~ instant_literal(first_touched ~ ' 00:00:00+00') if first_touched else 'false' }}
        {%- endif %}

),
{% endfor %}
-- the vendor's session where the event names one, else a pause of half an hour ends it;
-- a session that runs over midnight is a session of both days
named_sessions as (

    select
        customer_id,
        occurred_on,
        count(*) as events,
        1 as sessions,
        max(at_second) - min(at_second) as seconds,
        min(at_second) as started_second,
        max(at_second) - min(at_second) as first_seconds,
        {{ united_feature_masks() }},
        max(_load_id) as _load_id
    from named_events
    group by customer_id, occurred_on, user_id, session_id

),

gaps as (

    select
        *,
        lag(at_second) over (
            partition by customer_id, occurred_on, user_id
            order by at_second
        ) as previous_second
    from unnamed_events

),

begun as (

    select
        *,
        case when previous_second is null or at_second - previous_second > 1800 then 1 else 0 end as begins
    from gaps

),

-- the second before the earliest later beginning is where the first session ended
guessed_sessions as (

    select
        customer_id,
        occurred_on,
        count(*) as events,
        sum(begins) as sessions,
        sum(case when begins = 0 then at_second - previous_second else 0 end) as seconds,
        min(at_second) as started_second,
        coalesce(min(case when begins = 1 then previous_second end), max(at_second)) - min(at_second)
            as first_seconds,
        {{ united_feature_masks() }},
        max(_load_id) as _load_id
    from begun
    group by customer_id, occurred_on, user_id

),

sessions as (

    select * from named_sessions
    union all
    select * from guessed_sessions

),

-- a day has fewer than 100000 seconds: the earliest session and, of equals, the shortest, as one number
by_day as (

    select
        customer_id,
        occurred_on,
        sum(events) as events,
        sum(sessions) as sessions,
        sum(seconds) as session_seconds,
        min(started_second * 100000 + first_seconds) % 100000 as first_session_seconds,
        {{ united_feature_masks() }},
        max(_load_id) as _load_id
    from sessions
    group by customer_id, occurred_on

),

computed as (

    select
        customer_id,
        occurred_on as used_on,
        cast(events as integer) as events,
        cast(sessions as integer) as sessions,
        cast(session_seconds as bigint) as session_seconds,
        cast(first_session_seconds as bigint) as first_session_seconds,
        cast({{ features_in_masks() }} as integer) as feature_count,
        '{{ var("timezone") }}' as time_zone,
        _load_id,
        {% for word in range(feature_words()) -%}
        feature_mask_{{ word }}{{ ',' if not loop.last }}
        {% endfor %}
    from by_day

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
    0 as feature_count,
    '{{ var("timezone") }}' as time_zone,
    -1 as _load_id,
    {% for word in range(feature_words()) -%}
    cast(null as bigint) as feature_mask_{{ word }}{{ ',' if not loop.last }}
    {% endfor %}
from touched
left join computed
    on
        touched.customer_id = computed.customer_id
        and touched.used_on = computed.used_on
where computed.customer_id is null
{%- endif %}
