{#
  What incremental models remember from one night to the next. No models, since they and what they are computed from write here, each
  in the transaction in which it is built; dbt makes the tables before the first of them (on-run-start).
  incremental_days: per model, source and day the fingerprint of the day that the model was computed from. `settings` and `until` are
    sources too; of a model that is fingerprinted by day the source is the model, and its own rows are what is meant.
  incremental_loads: per model the newest load that it was computed from, the last day covered then (where it plays a part), the
    settings and newest aliases, and how many billing rows there were up to that load.
#}
{% macro make_incremental_memory() -%}
    {%- if target.type == 'duckdb' -%}
    create schema if not exists intermediate;
    create table if not exists intermediate.incremental_days (model varchar, source varchar, day date, fingerprint varchar);
    create table if not exists intermediate.incremental_loads (
        model varchar, load_id bigint, until date, context varchar, seen bigint
    )
    {%- endif -%}
{%- endmacro %}
