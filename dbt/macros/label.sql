{#
  A text that names a segment or stands beside a figure: at most 120 characters, since a publication repeats it on every row.
  What is longer is cut and ends in three points; raw keeps it whole. Ids are never cut.
#}
{% macro label(text) -%}
    case when length({{ text }}) > 120 then concat(substr({{ text }}, 1, 117), '...') else {{ text }} end
{%- endmacro %}
