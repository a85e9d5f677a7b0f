{# What one purchase is, is a setting: everything bought on one day, or each order by itself. #}
{% macro purchase_id() -%}
    {%- if var('same_day_orders_are_one') -%}
        {{ dbt.concat(["customer_id", "'|'", "cast(purchased_on as " ~ dbt.type_string() ~ ")"]) }}
    {%- else -%}
        {{ dbt.concat(["customer_id", "'|'", "document_id"]) }}
    {%- endif -%}
{%- endmacro %}
