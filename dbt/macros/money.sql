{#
  Money is decimal(18, 2) in the reporting currency, rates are double. No amount ever passes through a double.
  decimal(18, 2) holds less than 10^16: an amount of the exports, below 10^11 (exports/contract/), times an exchange rate of
  at most 10^5 (config.py) is less, and so is any sum of a company below ten quadrillions of its currency.
#}

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

{#
  The amount (numerator / denominator) cents with ten decimals: exact enough that what is added up of it is rounded once, at the
  end. A whole quotient and a remainder, since their product with 10^10 may be too wide; no factor wider than it must be, since Spark
  takes decimals from a product that could be wider than 38 digits.
#}
{% macro exact_amount(numerator, denominator) -%}
    cast(
        cast(case when ({{ numerator }}) < 0 then -1 else 1 end as decimal(1, 0)) * (
            cast({{ whole_quotient('abs(' ~ numerator ~ ')', 'nullif(' ~ denominator ~ ', 0)') }} as decimal(20, 0)) * 0.01
            + cast({{ rounded_quotient(
                '(abs(' ~ numerator ~ ') % nullif(' ~ denominator ~ ', 0)) * 100000000', denominator
            ) }} as decimal(20, 0)) * 0.0000000001
        ) as decimal(28, 10)
    )
{%- endmacro %}

{#
  A sum of such amounts as money. Ten decimals of a third add up to a hair less than a whole: eight decimals are the exact sum
  again, and only that is rounded to the cent.
#}
{% macro rounded_once(amount) -%}cast(round({{ amount }}, 8) as decimal(18, 2)){%- endmacro %}

{# An amount of ten decimals in another currency, as an amount of eight of the reporting currency. #}
{% macro valued(amount, rates) -%}
    cast(cast({{ rounded_quotient(
        'cast(' ~ amount ~ ' * 10000000000 as ' ~ wide_integer() ~ ') * ' ~ rates ~ '.rate_numerator',
        'cast(100 as ' ~ wide_integer() ~ ') * ' ~ rates ~ '.rate_denominator'
    ) }} as decimal(28, 0)) * 0.00000001 as decimal(28, 8))
{%- endmacro %}

{#
  DuckDB multiplies two decimals of 18 digits in 18 digits, fast, and 100,000,000.00 times a rate of nine decimals
  overflows there. So what is large has a factor of more digits, which takes ten times as long.
#}

{# Money as an integer number of cents. #}
{% macro cents(amount) -%}
    case
        when abs({{ amount }}) < 10000000000000 then cast(({{ amount }}) * 100 as bigint)
        else cast(cast({{ amount }} as decimal(20, 2)) * 100 as bigint)
    end
{%- endmacro %}

{# A price or a quantity as an integer number of millionths. #}
{% macro millionths(value) -%}
    case
        when abs({{ value }}) < 100000 then cast({{ value }} * 1000000 as bigint)
        else cast(cast({{ value }} as decimal(24, 6)) * 1000000 as bigint)
    end
{%- endmacro %}

{# An amount in another currency as money of the reporting currency. #}
{% macro converted(amount, rate) -%}
    case
        when abs({{ amount }}) < 10000 and {{ rate }} < 100 then {{ money(amount ~ ' * ' ~ rate) }}
        else {{ money('cast(' ~ amount ~ ' as decimal(19, 2)) * ' ~ rate) }}
    end
{%- endmacro %}

{# A share in whole thousandths: of a small amount whole percent, where they explain it; nothing of nothing. #}
{% macro permille(part, whole) -%}
    {%- set percent = rounded_quotient('100 * (' ~ part ~ ')', whole) -%}
    coalesce(
        case
            when {{ part }} <= 0 or {{ whole }} <= 0 then 0
            when {{ rounded_quotient('(' ~ whole ~ ') * ' ~ percent, '100') }} = {{ part }} then 10 * {{ percent }}
            else {{ rounded_quotient('1000 * (' ~ part ~ ')', whole) }}
        end,
        0
    )
{%- endmacro %}

{# The tax of so many thousandths that lies in an amount of whole cents. #}
{% macro tax_inside(cents, permille) -%}
    coalesce({{ scaled(cents, permille, '(1000 + ' ~ permille ~ ')') }}, 0)
{%- endmacro %}

{# Why credit notes give back money and no piece of a subscription. #}
{% macro reasons_of_money() -%}
    (
        'product_unsatisfactory', 'service_unsatisfactory', 'waiver', 'order_change', 'order_cancellation', 'chargeback', 'refund',
        'write_off'
    )
{%- endmacro %}
