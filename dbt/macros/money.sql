{# Money is decimal(18, 2) in the reporting currency, rates are double. No amount ever passes through a double. #}

{% macro money(expression) -%}cast({{ expression }} as decimal(18, 2)){%- endmacro %}

{# numerator / denominator as a fraction; NULL where the denominator is 0. #}
{% macro share(numerator, denominator) -%}
    (cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0))
{%- endmacro %}

{#
  numerator / denominator as a whole number, rounded half away from zero.
  Both are integer expressions; the denominator is positive. NULL where it is 0.
#}
{% macro rounded_quotient(numerator, denominator) -%}
    (
        case when ({{ numerator }}) < 0 then -1 else 1 end * {{ whole_quotient(
            '2 * abs(' ~ numerator ~ ') + (' ~ denominator ~ ')',
            'nullif(2 * (' ~ denominator ~ '), 0)'
        ) }}
    )
{%- endmacro %}

{# The amount (numerator / denominator) cents, as money, rounded half away from zero. #}
{% macro exact_cents(numerator, denominator) -%}
    cast(cast({{ rounded_quotient(numerator, denominator) }} as decimal(20, 0)) * 0.01 as decimal(18, 2))
{%- endmacro %}

{# Money as an integer number of cents. #}
{% macro cents(amount) -%}cast({{ amount }} * 100 as bigint){%- endmacro %}
