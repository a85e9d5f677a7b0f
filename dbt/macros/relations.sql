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

{#
  Rows that name a line, and its invoice or not, with the invoice: that of each of the CTE `lines` that has the id. Both are what
  rows and lines are joined by then, since the ids of lines may repeat on every invoice.
#}
{% macro with_invoices_of_lines(relation) -%}
    select
        {{ all_but(['invoice_id'], 'given') }},
        coalesce(given.invoice_id, named.invoice_id) as invoice_id
    from {{ relation }} as given
    left join lines as named
        on case when given.invoice_id is null then given.line_id end = named.line_id
{%- endmacro %}
