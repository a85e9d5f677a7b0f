{# Lists and hashes, which DuckDB and Spark spell differently, and the parts of the incremental usage models. #}

{# A 64-bit hash: groups long keys in little memory where a later step compares the keys themselves. #}
{% macro row_hash(expression) -%}{{ return(adapter.dispatch('row_hash')(expression)) }}{%- endmacro %}
{% macro duckdb__row_hash(expression) -%}hash({{ expression }}){%- endmacro %}
{% macro spark__row_hash(expression) -%}xxhash64({{ expression }}){%- endmacro %}

{# Aggregate: the values as one sorted list, NULLs left out. #}
{% macro sorted_list(expression) -%}{{ return(adapter.dispatch('sorted_list')(expression)) }}{%- endmacro %}
{% macro duckdb__sorted_list(expression) -%}
    list({{ expression }} order by {{ expression }}) filter (where {{ expression }} is not null)
{%- endmacro %}
{% macro spark__sorted_list(expression) -%}sort_array(collect_list({{ expression }})){%- endmacro %}

{# Aggregate: how many different values the lists of a group hold together. #}
{% macro distinct_in_lists(lists) -%}{{ return(adapter.dispatch('distinct_in_lists')(lists)) }}{%- endmacro %}
{% macro duckdb__distinct_in_lists(lists) -%}coalesce(len(list_distinct(flatten(list({{ lists }})))), 0){%- endmacro %}
{% macro spark__distinct_in_lists(lists) -%}size(array_distinct(flatten(collect_list({{ lists }})))){%- endmacro %}

{# Aggregate: the middle value, or the mean of the two in the middle. #}
{% macro middle(expression) -%}{{ return(adapter.dispatch('middle')(expression)) }}{%- endmacro %}
{% macro duckdb__middle(expression) -%}cast(median({{ expression }}) as double){%- endmacro %}
{% macro spark__middle(expression) -%}cast(percentile({{ expression }}, 0.5) as double){%- endmacro %}

{# Condition: the raw row was known at `as_of`. #}
{% macro known_by_as_of(alias) -%}
    {%- if var('as_of') is not none -%}
    {{ alias }}._loaded_at <= {{ instant_literal(var('as_of')) }}
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{# A past state is built from nothing: what was kept since then must not shine through. #}
{% macro rebuild_when_as_of() -%}{{ return(true if var('as_of') is not none else none) }}{%- endmacro %}

{# The customer days whose usage may differ from what was computed when `load` was the newest load. #}
{% macro usage_days_touched_since(load) %}
    select
        events.customer_id,
        events.occurred_on as used_on
    from {{ ref('stg_usage__events') }} as events
    where events._load_id > {{ load }} and events.customer_id is not null

    union

    select
        coalesce(customer_ids.customer_id, superseded.customer_id, identities.customer_id) as customer_id,
        {{ local_date('superseded.occurred_at') }} as used_on
    from {{ ref('stg_usage__superseded_events') }} as superseded
    left join {{ ref('stg_usage__identity_versions') }} as identities on superseded.user_id = identities.user_id
    left join {{ ref('stg_billing__customer_ids') }} as customer_ids
        on superseded.customer_id = customer_ids.customer_id_as_given
    where
        superseded.superseded_by_load_id > {{ load }}
        and coalesce(customer_ids.customer_id, superseded.customer_id, identities.customer_id) is not null

    union

    select
        identities.customer_id,
        events.occurred_on as used_on
    from {{ ref('stg_usage__identity_versions') }} as identities
    inner join {{ ref('stg_usage__events') }} as events
        on identities.user_id = events.user_id and events.is_identified_by_user
    where identities.newest_load_id > {{ load }} and identities.customer_id is not null
{% endmacro %}

{# Seconds since 1970 of an instant, whole. #}
{% macro epoch_seconds(instant) -%}{{ return(adapter.dispatch('epoch_seconds')(instant)) }}{%- endmacro %}
{% macro duckdb__epoch_seconds(instant) -%}cast(epoch_ms({{ instant }}) // 1000 as bigint){%- endmacro %}
{% macro spark__epoch_seconds(instant) -%}unix_timestamp({{ instant }}){%- endmacro %}

{#
  Days that a new alias may have moved to another customer, and days cut in another time zone, cannot be told from the
  others: all are forgotten and computed again.
#}
{% macro forget_moved_usage_days(daily) -%}
    delete from {{ daily }}
    where
        time_zone <> '{{ var("timezone") }}'
        or exists (
            select 1
            from {{ ref('stg_usage__alias_loads') }} as alias_loads
            where alias_loads.newest_load_id > (select coalesce(max(newest._load_id), -1) from {{ daily }} as newest)
        )
{%- endmacro %}
