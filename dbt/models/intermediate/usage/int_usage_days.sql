-- depends_on: {{ ref('stg_usage__features') }}
-- The sessions an export gives are truer than those guessed from pauses between events.
{{ fingerprinted_by_day(
    ['used_on'], 'customer_id, events > 0, key_events > 0, first_session_seconds{{ feature_mask_columns() }}'
) }}
with

daily as (
    select * from {{ ref('int_usage_daily') }}
),

given as (
    select * from {{ ref('int_session_days') }}
),

exported as (
    select
        daily.customer_id,
        daily.used_on,
        daily.events,
        daily.key_events,
        coalesce(given.first_session_seconds, daily.first_session_seconds) as first_session_seconds,
        daily.feature_count,
        {% for word in range(feature_words()) -%}
        daily.feature_mask_{{ word }}{{ ',' if not loop.last }}
        {% endfor %}
    from daily
    left join given
        on
            daily.customer_id = given.customer_id
            and daily.used_on = given.used_on
),

without_events as (
    select
        given.customer_id,
        given.used_on,
        0 as events,
        0 as key_events,
        given.first_session_seconds,
        0 as feature_count,
        {% for word in range(feature_words()) -%}
        cast(null as bigint) as feature_mask_{{ word }}{{ ',' if not loop.last }}
        {% endfor %}
    from given
    left join daily
        on
            given.customer_id = daily.customer_id
            and given.used_on = daily.used_on
    where daily.customer_id is null
),

final as (
    select * from exported
    union all
    select * from without_events
)

select * from final
where used_on <= {{ until_date('usage') }}
