{#
  Tables, views and incremental models, each in few statements and one transaction.

  DuckDB takes back a `drop` as it takes back everything else of a transaction, so nothing has to be built aside, renamed and
  dropped, as dbt's own materializations do: that is seven statements for each of two hundred models.
#}
{% materialization table, adapter='duckdb' %}
    {{ return(replaced('table')) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ return(replaced('view')) }}
{% endmaterialization %}

{% macro replaced(type) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type=type) -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- call statement('main') -%}
        {%- if existing is not none %}
            drop {{ existing.type }} if exists {{ existing }};
        {%- endif %}
        {{ create_table_as(False, target_relation, sql) if type == 'table' else get_create_view_as_sql(target_relation, sql) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target_relation]}) }}
{%- endmacro %}

{#
  Incremental models that say what they are made of (kept_by_day.sql, kept_by_customer.sql): a night forgets what no longer holds,
  inserts what is missing and remembers what it read. Any other is dbt-duckdb's own.
#}
{% materialization incremental, adapter='duckdb' %}
    {%- if not is_kept() -%}{{ return(dbt.materialization_incremental_duckdb()) }}{%- endif -%}
    {%- if not keeps_rows() -%}{{ return(replaced('table')) }}{%- endif -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- call statement('main') -%}
        insert into {{ this }} by name ({{ sql }})
    {%- endcall -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}

{# Whether this model says what it is made of. #}
{% macro is_kept() -%}
    {{ return('kept' in model.config.meta or 'kept_by' in model.config.meta) }}
{%- endmacro %}
