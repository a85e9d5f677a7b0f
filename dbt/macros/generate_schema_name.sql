{# The schemas are called exactly staging, intermediate and marts: readers and checks name them. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
