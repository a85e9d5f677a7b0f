{#
  Everything that DuckDB and Spark spell differently, and nothing else. A model never names an engine.
  Dates are DATE, instants are TIMESTAMP WITH TIME ZONE (Spark: TIMESTAMP), wide integers hold products of money in cents.
#}

{# The business date of an instant, in the configured time zone. Used in staging only, once per instant. #}
{% macro local_date(instant) -%}{{ return(adapter.dispatch('local_date')(instant)) }}{%- endmacro %}
{% macro duckdb__local_date(instant) -%}
    cast({{ instant }} at time zone '{{ var("timezone") }}' as date)
{%- endmacro %}
{% macro spark__local_date(instant) -%}
    to_date(from_utc_timestamp({{ instant }}, '{{ var("timezone") }}'))
{%- endmacro %}

{# Seconds since 1970 of an instant. #}
{% macro utc_seconds(instant) -%}{{ return(adapter.dispatch('utc_seconds')(instant)) }}{%- endmacro %}
{% macro duckdb__utc_seconds(instant) -%}cast(epoch_ms({{ instant }}) // 1000 as bigint){%- endmacro %}
{% macro spark__utc_seconds(instant) -%}unix_timestamp({{ instant }}){%- endmacro %}

{# Seconds shown by a clock on the wall of the configured zone: a day of 23 or 25 hours still counts as 24. #}
{% macro wall_seconds(instant) -%}{{ return(adapter.dispatch('wall_seconds')(instant)) }}{%- endmacro %}
{% macro duckdb__wall_seconds(instant) -%}
    cast(epoch_ms({{ instant }} at time zone '{{ var("timezone") }}') // 1000 as bigint)
{%- endmacro %}
{% macro spark__wall_seconds(instant) -%}
    unix_timestamp(from_utc_timestamp({{ instant }}, '{{ var("timezone") }}'))
{%- endmacro %}

{# The date of an instant in UTC. #}
{% macro utc_date(instant) -%}{{ return(adapter.dispatch('utc_date')(instant)) }}{%- endmacro %}
{% macro duckdb__utc_date(instant) -%}cast({{ instant }} at time zone 'UTC' as date){%- endmacro %}
{% macro spark__utc_date(instant) -%}to_date({{ instant }}){%- endmacro %}

{# A point in time written as text with its offset. #}
{% macro instant_literal(text) -%}{{ return(adapter.dispatch('instant_literal')(text)) }}{%- endmacro %}
{% macro duckdb__instant_literal(text) -%}cast('{{ text }}' as timestamptz){%- endmacro %}
{% macro spark__instant_literal(text) -%}cast('{{ text }}' as timestamp){%- endmacro %}

{# The same day of the month n months later; the last day where the month is too short. #}
{% macro add_months(day, months) -%}{{ return(adapter.dispatch('add_months')(day, months)) }}{%- endmacro %}
{% macro duckdb__add_months(day, months) -%}
    cast({{ day }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}
{% macro spark__add_months(day, months) -%}add_months({{ day }}, cast({{ months }} as int)){%- endmacro %}

{% macro add_days(day, days) -%}{{ return(adapter.dispatch('add_days')(day, days)) }}{%- endmacro %}
{% macro duckdb__add_days(day, days) -%}({{ day }} + cast({{ days }} as integer)){%- endmacro %}
{% macro spark__add_days(day, days) -%}date_add({{ day }}, cast({{ days }} as int)){%- endmacro %}

{# Days from the first date to the second. #}
{% macro days_between(first, second) -%}{{ return(adapter.dispatch('days_between')(first, second)) }}{%- endmacro %}
{% macro duckdb__days_between(first, second) -%}({{ second }} - {{ first }}){%- endmacro %}
{% macro spark__days_between(first, second) -%}datediff({{ second }}, {{ first }}){%- endmacro %}

{# Calendar months from the month of the first date to the month of the second (30 January to 1 March: 2). #}
{% macro months_between(first, second) -%}
    ((extract(year from {{ second }}) - extract(year from {{ first }})) * 12
    + extract(month from {{ second }}) - extract(month from {{ first }}))
{%- endmacro %}

{# First day of the month, quarter or year that holds the date. #}
{% macro period_start(grain, day) -%}cast(date_trunc('{{ grain }}', {{ day }}) as date){%- endmacro %}

{# Whole quotient of two integers that are not negative. #}
{% macro whole_quotient(dividend, divisor) -%}
    {{ return(adapter.dispatch('whole_quotient')(dividend, divisor)) }}
{%- endmacro %}
{% macro duckdb__whole_quotient(dividend, divisor) -%}(({{ dividend }}) // ({{ divisor }})){%- endmacro %}
{% macro spark__whole_quotient(dividend, divisor) -%}(({{ dividend }}) div ({{ divisor }})){%- endmacro %}

{# An integer type that holds products of several amounts in millionths of a cent. #}
{% macro wide_integer() -%}{{ return(adapter.dispatch('wide_integer')()) }}{%- endmacro %}
{% macro duckdb__wide_integer() -%}hugeint{%- endmacro %}
{% macro spark__wide_integer() -%}decimal(38, 0){%- endmacro %}
