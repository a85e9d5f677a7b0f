{#
  Tables and views, replaced by one statement in one transaction. Incremental models are in incremental/materialization.sql.

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
