{#
  Views name schema and table and not the file they lie in: a copy of warehouse.duckdb under another name can be read.
  The database is only left out where a relation is written; dbt still knows it.
#}
{% macro ref() -%}
    {{ return(builtins.ref(*varargs, **kwargs).include(database=false)) }}
{%- endmacro %}

{% macro source() -%}
    {{ return(builtins.source(*varargs, **kwargs).include(database=false)) }}
{%- endmacro %}
