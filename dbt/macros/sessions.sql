{#
  CTEs that make sessions of events, one row per customer, user, day and session; the last one is called `continued`.
  named: events with a session of the vendor's; unnamed: those without, where a pause of half an hour ends a session.
#}
{% macro sessions(named, unnamed) -%}
named_sessions as (
    select
        customer_id,
        occurred_on,
        user_id,
        session_id,
        count(*) as events,
        sum(key_event) as key_events,
        min(at_second) as started_second,
        max(at_second) as first_ended_second,
        max(at_second) as ended_second,
        {{ united_feature_masks() }},
        max(_load_id) as _load_id
    from {{ named }}
    group by customer_id, occurred_on, user_id, session_id
),

gaps as (
    select
        *,
        lag(at_second) over (
            partition by customer_id, occurred_on, user_id
            order by at_second
        ) as previous_second
    from {{ unnamed }}
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
        user_id,
        cast(null as {{ dbt.type_string() }}) as session_id,
        count(*) as events,
        sum(key_event) as key_events,
        min(at_second) as started_second,
        coalesce(min(case when begins = 1 then previous_second end), max(at_second)) as first_ended_second,
        max(at_second) as ended_second,
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

-- midnight ends no session: what goes on within half an hour, or under the same id, is one (until the next midnight). Every
-- condition compares one side with the other: DuckDB compares all with all where one of a left join speaks of one side alone.
continued as (
    select
        sessions.*,
        coalesce(next_day.first_ended_second, sessions.first_ended_second) - sessions.started_second as first_seconds
    from sessions
    left join sessions as next_day
        on
            sessions.customer_id = next_day.customer_id
            and case when sessions.first_ended_second = sessions.ended_second then {{ add_days('sessions.occurred_on', 1) }} end
            = next_day.occurred_on
            and coalesce(sessions.user_id, '') = coalesce(next_day.user_id, '')
            and coalesce(sessions.session_id, '') = coalesce(next_day.session_id, '')
            and case when sessions.session_id is null then sessions.ended_second + 1800 else 99999999999 end
            >= next_day.started_second
)
{%- endmacro %}
