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

{# A model that is read under some settings alone. It is in the graph under all, which then is the same and parsed once. #}
{% macro may_read(model) -%}
    {%- if not execute -%}{%- do ref(model) -%}{%- endif -%}
{%- endmacro %}
