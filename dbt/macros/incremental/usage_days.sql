{#
  Which customer days of int_usage_daily a night computes again: those of new events, those a correction took an event away
  from, and those of users whose customer became known or changed.
#}

{#
  The customer days whose usage may differ from what was computed when `load` was the newest load. Of users every version counts,
  since one who now belongs to another customer leaves days behind at the old one.
#}
{% macro usage_days_touched_since(load) %}
    with

    identities as (
        select
            versions.user_id,
            coalesce(customer_ids.customer_id, versions.customer_id) as customer_id,
            max(versions._load_id) over (partition by versions.user_id) as newest_load_id
        from {{ source('raw', 'identities') }} as versions
        left join {{ ref('stg_billing__customer_ids') }} as customer_ids
            on versions.customer_id = customer_ids.customer_id_as_given
        where {{ known_by_as_of('versions') }}
    )

    select
        events.customer_id,
        events.occurred_on as used_on
    from {{ ref('int_events') }} as events
    where events._load_id > {{ load }} and events.customer_id is not null

    union

    select
        coalesce(customer_ids.customer_id, superseded.customer_id, identities.customer_id) as customer_id,
        {{ local_date('superseded.occurred_at') }} as used_on
    from {{ ref('stg_usage__superseded_events') }} as superseded
    left join identities on superseded.user_id = identities.user_id
    left join {{ ref('stg_billing__customer_ids') }} as customer_ids
        on superseded.customer_id = customer_ids.customer_id_as_given
    where
        superseded.superseded_by_load_id > {{ load }}
        and coalesce(customer_ids.customer_id, superseded.customer_id, identities.customer_id) is not null

    union

    select
        identities.customer_id,
        events.occurred_on as used_on
    from identities
    inner join {{ ref('int_events') }} as events
        on identities.user_id = events.user_id and events.is_identified_by_user
    where identities.newest_load_id > {{ load }} and identities.customer_id is not null
{% endmacro %}

{# The first day of UTC that is read: a session may have begun the day before, and no zone is further than a day from UTC. #}
{% macro first_usage_day_read(touched_days) -%}
    {{ return(single_value('select ' ~ add_days('min(used_on)', -2) ~ ' from (' ~ touched_days ~ ') as days')) }}
{%- endmacro %}

{# CTEs: the days that are computed again, and those that are read for them. #}
{% macro usage_days_read(touched_days) -%}
touched as (
    {% for days in [0, -1] -%}
    select
        customer_id,
        {{ add_days('used_on', days) }} as used_on
    from ({{ touched_days }}) as days
    {{ 'union' if not loop.last }}
    {% endfor %}
),

-- a session runs on into the day after
days_read as (
    select * from touched

    union

    select
        customer_id,
        {{ add_days('used_on', 1) }} as used_on
    from touched
)
{%- endmacro %}

{#
  Days that a new alias may have moved to another customer, and days cut in another time zone or searched for other key
  events, cannot be told from the others: all are forgotten and computed again.
#}
{% macro usage_days_moved(daily) %}
    exists (select 1 from {{ daily }} as cut where cut.context <> {{ usage_context() }})
    or exists (
        select 1
        from {{ ref('stg_billing__loads') }} as loads
        where loads.table_name = 'customer_aliases' and loads.load_id > (select coalesce(max(newest._load_id), -1) from {{ daily }} as newest)
    )
{% endmacro %}

{#
  The newest load that the kept days know of. A number, not a subquery: the engine then reads only what came later.
  -1 where they are about to be forgotten.
#}
{% macro newest_load_of_usage_days(daily) -%}
    {{ return(single_value(
        'select case when ' ~ usage_days_moved(daily) ~ ' then -1 else coalesce(max(_load_id), -1) end from ' ~ daily
    )) }}
{%- endmacro %}
