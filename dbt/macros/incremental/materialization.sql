{#
  Incremental models that say what they are computed from (by_day.sql, by_customer.sql): a night forgets what no longer holds,
  inserts what is missing and remembers what it read, in one transaction; else they are replaced like a table. Any other
  incremental model is dbt-duckdb's own. docs/incremental.md shows a night.
#}
{% materialization incremental, adapter='duckdb' %}
    {%- if not names_its_inputs() -%}{{ return(dbt.materialization_incremental_duckdb()) }}{%- endif -%}
    {%- if not has_earlier_rows() -%}{{ return(replaced('table')) }}{%- endif -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- call statement('main') -%}
        insert into {{ this }} by name ({{ sql }})
    {%- endcall -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}

{# Whether this model says what it is computed from. #}
{% macro names_its_inputs() -%}
    {{ return('incremental_by_day' in model.config.meta or 'incremental_by' in model.config.meta) }}
{%- endmacro %}
