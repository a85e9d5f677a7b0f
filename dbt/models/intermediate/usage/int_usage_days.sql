-- depends_on: {{ ref('stg_usage__features') }}
-- The sessions an export gives are truer than those guessed from pauses between events.
with

daily as (

    select * from {{ ref('int_usage_daily') }}

),

given as (

    select * from {{ ref('int_session_days') }}

),

final as (

    select
        coalesce(daily.customer_id, given.customer_id) as customer_id,
        coalesce(daily.used_on, given.used_on) as used_on,
        coalesce(daily.events, 0) as events,
        coalesce(given.sessions, daily.sessions) as sessions,
        coalesce(given.session_seconds, daily.session_seconds) as session_seconds,
        coalesce(given.first_session_seconds, daily.first_session_seconds) as first_session_seconds,
        coalesce(daily.feature_count, 0) as feature_count,
        {% for word in range(feature_words()) -%}
        daily.feature_mask_{{ word }}{{ ',' if not loop.last }}
        {% endfor %}
    from daily
    full outer join given
        on
            daily.customer_id = given.customer_id
            and daily.used_on = given.used_on
    where coalesce(daily.used_on, given.used_on) <= {{ until_date() }}

)

select * from final
