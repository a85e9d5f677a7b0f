-- A night computes again the customer days that its rows touch (macros/incremental/usage_days.sql), and the days before them, whose
-- first session may run on. A new alias or time zone starts over: in a transaction of its own, since a table that lost rows
-- cannot gain a column (on_schema_change) in the same one.
-- depends_on: {{ ref('stg_usage__superseded_events') }}
-- depends_on: {{ source('raw', 'identities') }}
-- depends_on: {{ ref('stg_billing__loads') }}
-- depends_on: {{ ref('stg_usage__features') }}
-- depends_on: {{ ref('stg_billing__customer_ids') }}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert' if target.type == 'duckdb' else none,
    unique_key=['customer_id', 'used_on'],
    on_schema_change='append_new_columns',
    pre_hook={
        'sql': "{% if is_incremental() %}delete from {{ this }} where {{ usage_days_moved(this) }}{% endif %}",
        'transaction': false
    },
    post_hook="{% if is_incremental() %}delete from {{ this }} where events = 0{% endif %}"
) }}
{%- if is_incremental() %}
{%- set touched_days = usage_days_touched_since(newest_load_of_usage_days(this)) %}
{%- set first_touched = first_usage_day_read(touched_days) %}
{%- endif %}

with

{% if is_incremental() -%}
{{ usage_days_read(touched_days) }},

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
        case when {{ is_key_event('events') }} then 1 else 0 end as key_event,
        events._load_id
    from {{ ref('int_events') }} as events
    {%- if is_incremental() %}
    inner join days_read
        on
            events.customer_id = days_read.customer_id
            and events.occurred_on = days_read.used_on
    {%- endif %}
    where
        events.customer_id is not null
        and events.{{ has_session }}
        {%- if is_incremental() %}
        and {{ 'events.occurred_at >= ' ~ instant_literal(first_touched ~ ' 00:00:00+00') if first_touched else 'false' }}
        {%- endif %}
),
{% endfor %}
{{ sessions('named_events', 'unnamed_events') }},

-- two days have fewer than 1000000 seconds: the earliest session and, of equals, the shortest, as one number
by_day as (
    select
        customer_id,
        occurred_on,
        sum(events) as events,
        sum(key_events) as key_events,
        min(started_second * 1000000 + first_seconds) % 1000000 as first_session_seconds,
        {{ united_feature_masks() }},
        max(_load_id) as _load_id
    from continued
    group by customer_id, occurred_on
),

computed as (
    select
        customer_id,
        occurred_on as used_on,
        cast(events as integer) as events,
        cast(key_events as integer) as key_events,
        cast(first_session_seconds as bigint) as first_session_seconds,
        cast({{ features_in_masks() }} as integer) as feature_count,
        {{ usage_context() }} as context,
        _load_id
        {{ feature_mask_columns() }}
    from by_day
    {%- if is_incremental() %}
    where exists (
        select 1 from touched
        where touched.customer_id = by_day.customer_id and touched.used_on = by_day.occurred_on
    )
    {%- endif %}
)

select * from computed
{%- if is_incremental() %}

-- a touched day that has no event left replaces its old row and is then deleted by the post-hook
union all
select
    touched.customer_id,
    touched.used_on,
    0 as events,
    0 as key_events,
    0 as first_session_seconds,
    0 as feature_count,
    {{ usage_context() }} as context,
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
