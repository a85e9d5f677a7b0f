{# The part of what was paid for an order that falls on a share of what its lines billed, as money. #}
{% macro paid_part(paid, share, whole) -%}
    {{ exact_cents(
        'cast(' ~ paid ~ ' * 100 as ' ~ wide_integer() ~ ') * cast((' ~ share ~ ') * 100 as ' ~ wide_integer() ~ ')',
        'cast(' ~ whole ~ ' * 100 as ' ~ wide_integer() ~ ')'
    ) }}
{%- endmacro %}
