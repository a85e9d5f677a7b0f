{# Whether some currency has rates that change: only then can there be movements of type fx. #}
{% macro has_dated_rates() -%}
    {%- set seen = [] -%}
    {%- set dated = [] -%}
    {%- for entry in var('currency_rates') -%}
        {%- if entry['currency'] | upper in seen -%}{%- do dated.append(entry['currency']) -%}{%- endif -%}
        {%- do seen.append(entry['currency'] | upper) -%}
    {%- endfor -%}
    {{ return(dated | length > 0) }}
{%- endmacro %}
