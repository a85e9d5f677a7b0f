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
    cast({{ whole_part(amount, greatest_divisor(amount, unit)) }} as {{ wide_integer() }})
{%- endmacro %}

{% macro reduced_unit(amount, unit) -%}
    cast({{ whole_part(unit, greatest_divisor(amount, unit)) }} as {{ wide_integer() }})
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

{# Months of a plan's interval; NULL where it is counted in days or weeks. #}
{% macro plan_months(plans) -%}
    case {{ plans }}.billing_interval when 'month' then 1 when 'quarter' then 3 when 'year' then 12 end * {{ plans }}.interval_count
{%- endmacro %}

{#
  Whether a line of no known interval is one of days and not of months: all of its contract and plan last the same number of
  days, and most are no whole months, or half of them are none and all bill the same. 28 days are a month in February only. Reads
  the columns of int_invoice_service_lines.
#}
{% macro is_of_even_days() -%}
    {%- set alike = 'over (partition by contract_key, plan_id, kind, is_proration, amount_cents < 0)' -%}
    {%- set excess = 'sum(case when coalesce(months_here, months_in_utc) is null then 1 else -1 end) ' ~ alike -%}
    plan_months is null
    and plan_days is null
    and min(days) {{ alike }} = max(days) {{ alike }}
    and ({{ excess }} > 0 or ({{ excess }} = 0 and min(amount_cents) {{ alike }} = max(amount_cents) {{ alike }}))
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

{# Unit price x quantity in whole cents, as a billing system would bill a whole interval. NULL where no price is known. #}
{% macro list_price(unit_amount, quantity) -%}
    case
        when {{ unit_amount }} > 0
            then {{ if_it_fits(rounded_quotient(
                'cast(' ~ millionths(unit_amount) ~ ' as ' ~ wide_integer() ~ ') * ' ~ millionths('coalesce(' ~ quantity ~ ', 1)'),
                millionths_squared_per_cent()
            )) }}
    end
{%- endmacro %}

{#
  Whether a full amount, of which a line bills the part `part` of `whole`, can have been rounded to the amount that was billed.
  Measured the three ways billing systems do. A double decides here and enters no amount.
#}
{% macro fits(full_cents, amount_cents, line, roundings) -%}
    (
        {%- for clock in ['utc', 'wall', 'day'] %}
        {{ 'or ' if not loop.first -}}
        abs(cast({{ full_cents }} as double) * {{ line }}.{{ clock }}_part / {{ line }}.{{ clock }}_whole - {{ amount_cents }})
        <= ({{ roundings }}) / 2.0 + 0.000001
        {%- endfor %}
    )
{%- endmacro %}

{# What lies between two instants, measured the three ways billing systems do: seconds in UTC, seconds on the wall, whole days. #}
{% macro clock_lengths(first, after_last, suffix) -%}
    {{ seconds_between(utc_clock(first), utc_clock(after_last)) }} as utc_{{ suffix }},
        {{ seconds_between(wall_clock(first), wall_clock(after_last)) }} as wall_{{ suffix }},
        {{ days_between(local_date(first), local_date(after_last)) }} as day_{{ suffix }}
{%- endmacro %}

{# Whole days from one reading of a clock to another. #}
{% macro whole_days_between(first, second) -%}{{ whole_part(seconds_between(first, second), 86400) }}{%- endmacro %}

{# An instant a billing interval later, or earlier: months_numerator / months_denominator months of the wall clock. #}
{% macro interval_later(reading, numerator, denominator, direction=1) -%}
    case
        when {{ denominator }} = 1
            then {{ clock_months_earlier(reading, numerator ~ ' * ' ~ (-direction)) }}
        else {{ clock_days_earlier(
            reading,
            'case when ' ~ denominator ~ ' = 52 then 7 else 1 end * ' ~ whole_part(numerator, 12) ~ ' * ' ~ (-direction)
        ) }}
    end
{%- endmacro %}

{# How many whole billing intervals fit between two readings of a clock, counted back from the second. #}
{% macro whole_intervals(first, after_last, numerator, denominator) -%}
    {%- set days_each = 'case when ' ~ denominator ~ ' = 52 then 7 else 1 end * ' ~ whole_part(numerator, 12) -%}
    {%- set at_most -%}
    case
        when {{ denominator }} = 1 then {{ whole_part(months_between(first, after_last), numerator) }}
        else {{ whole_part(whole_days_between(first, after_last), '(' ~ days_each ~ ')') }}
    end
    {%- endset -%}
    {{ at_most }} - case
        when {{ first }} > {{ interval_later(after_last, '(' ~ numerator ~ ') * (' ~ at_most ~ ')', denominator, -1) }} then 1
        else 0
    end
{%- endmacro %}

{# Days as a fraction of months: weeks where they are whole weeks. #}
{% macro days_numerator(days) -%}
    (case when {{ days }} % 7 = 0 then 12 * {{ whole_part(days, 7) }} else 12 * {{ days }} end)
{%- endmacro %}

{% macro days_denominator(days) -%}(case when {{ days }} % 7 = 0 then 52 else 365 end){%- endmacro %}

{#
  The full amount in whole cents of which the part `part` of `whole` rounds to amount_cents: the roundest of those that do
  (100.00 before 99.99), since prices are round. The nearest where none does.
#}
{% macro roundest_full(amount_cents, part, whole) -%}
    case
        {%- set billed = 'cast(' ~ amount_cents ~ ' as ' ~ wide_integer() ~ ') * ' ~ whole %}
        {%- for step in [10000, 1000, 500, 100, 50, 10, 5] %}
        {%- set rounded = rounded_quotient(billed, part ~ ' * ' ~ step) ~ ' * ' ~ step %}
        when 2 * abs({{ rounded }} * cast({{ part }} as {{ wide_integer() }}) - {{ billed }}) <= {{ whole }} then {{ rounded }}
        {%- endfor %}
        else {{ rounded_quotient(billed, part) }}
    end
{%- endmacro %}

{# Whole cents times numerator / denominator, in whole cents. #}
{% macro scaled(cents, numerator, denominator) -%}
    {{ if_it_fits(rounded_quotient('cast((' ~ cents ~ ') as ' ~ wide_integer() ~ ') * ' ~ numerator, denominator)) }}
{%- endmacro %}
