{#
  Months of a billing interval as a fraction of whole numbers: year 12, quarter 3, month 1, week 12/52, day 12/365,
  each times interval_count (METRICS.md, section 1).
#}
{% macro months_numerator(billing_interval, interval_count) -%}
    (case {{ billing_interval }} when 'month' then 1 when 'quarter' then 3 else 12 end * {{ interval_count }})
{%- endmacro %}

{% macro months_denominator(billing_interval) -%}
    (case {{ billing_interval }} when 'week' then 52 when 'day' then 365 else 1 end)
{%- endmacro %}

{# amount / unit in lowest terms: numerator and denominator, so that long products stay inside a wide integer. #}
{% macro reduced(amount, unit) -%}
    {{ whole_part(amount, greatest_divisor(amount, unit)) }}
{%- endmacro %}

{% macro reduced_unit(amount, unit) -%}
    {{ whole_part(unit, greatest_divisor(amount, unit)) }}
{%- endmacro %}

{#
  The number of calendar months a period covers exactly, counted from its start or back from its end
  (28 February to 31 March is one month of a subscription that began on a 31st). NULL where it is no whole number.
#}
{% macro whole_months(first, after_last) -%}
    {%- set months = months_between(first, after_last) -%}
    case
        when
            {{ months }} >= 1
            and (
                {{ add_months(first, months) }} = {{ after_last }}
                or {{ add_months(after_last, '-' ~ months) }} = {{ first }}
            )
            then cast({{ months }} as integer)
    end
{%- endmacro %}

{# Months of an invoice line, from its own dates: whole months, else weeks or days. #}
{% macro line_months_numerator() -%}
    cast(
        case
            when plan_days is null and own_months is not null then own_months
            when {{ _counts_in_weeks() }} then 12 * {{ whole_part('days_billed', 7) }}
            else 12 * days_billed
        end as bigint
    )
{%- endmacro %}

{% macro line_months_denominator() -%}
    cast(
        case
            when plan_days is null and own_months is not null then 1
            when {{ _counts_in_weeks() }} then 52
            else 365
        end as bigint
    )
{%- endmacro %}

{% macro _counts_in_weeks() -%}days_billed % 7 = 0 and coalesce(plan_days % 7, 0) = 0{%- endmacro %}

{# Prices and quantities are held in millionths: their product over this is an amount in cents. #}
{% macro millionths_squared_per_cent() -%}10000000000{%- endmacro %}
