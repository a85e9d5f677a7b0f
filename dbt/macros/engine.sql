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

{# What a clock shows at an instant, without a zone: in UTC, and on the wall in the configured zone. #}
{% macro utc_clock(instant) -%}{{ return(adapter.dispatch('utc_clock')(instant)) }}{%- endmacro %}
{% macro duckdb__utc_clock(instant) -%}({{ instant }} at time zone 'UTC'){%- endmacro %}
{% macro spark__utc_clock(instant) -%}{{ instant }}{%- endmacro %}

{% macro wall_clock(instant) -%}{{ return(adapter.dispatch('wall_clock')(instant)) }}{%- endmacro %}
{% macro duckdb__wall_clock(instant) -%}({{ instant }} at time zone '{{ var("timezone") }}'){%- endmacro %}
{% macro spark__wall_clock(instant) -%}from_utc_timestamp({{ instant }}, '{{ var("timezone") }}'){%- endmacro %}

{# Seconds between two clock readings; on the wall a day of 23 or 25 hours still counts as 24. #}
{% macro seconds_between(first, second) -%}
    {{ return(adapter.dispatch('seconds_between')(first, second)) }}
{%- endmacro %}
{% macro duckdb__seconds_between(first, second) -%}date_diff('second', {{ first }}, {{ second }}){%- endmacro %}
{% macro spark__seconds_between(first, second) -%}
    (unix_timestamp({{ second }}) - unix_timestamp({{ first }}))
{%- endmacro %}

{# A clock reading n months earlier, and n days earlier. #}
{% macro clock_months_earlier(reading, months) -%}
    {{ return(adapter.dispatch('clock_months_earlier')(reading, months)) }}
{%- endmacro %}
{% macro duckdb__clock_months_earlier(reading, months) -%}
    ({{ reading }} - to_months(cast({{ months }} as integer)))
{%- endmacro %}
{% macro spark__clock_months_earlier(reading, months) -%}
    ({{ reading }} - make_interval(0, {{ months }}))
{%- endmacro %}

{% macro clock_days_earlier(reading, days) -%}
    {{ return(adapter.dispatch('clock_days_earlier')(reading, days)) }}
{%- endmacro %}
{% macro duckdb__clock_days_earlier(reading, days) -%}
    ({{ reading }} - to_days(cast({{ days }} as integer)))
{%- endmacro %}
{% macro spark__clock_days_earlier(reading, days) -%}
    ({{ reading }} - make_interval(0, 0, 0, {{ days }}))
{%- endmacro %}

{# A point in time written as text with its offset. #}
{% macro instant_literal(text) -%}{{ return(adapter.dispatch('instant_literal')(text)) }}{%- endmacro %}
{% macro duckdb__instant_literal(text) -%}cast('{{ text }}' as timestamptz){%- endmacro %}
{% macro spark__instant_literal(text) -%}cast('{{ text }}' as timestamp){%- endmacro %}

{# An instant of UTC as text, with its offset. #}
{% macro instant_text(instant) -%}{{ return(adapter.dispatch('instant_text')(instant)) }}{%- endmacro %}
{% macro duckdb__instant_text(instant) -%}cast({{ instant }} as varchar){%- endmacro %}
{% macro spark__instant_text(instant) -%}concat(cast({{ instant }} as string), '+00'){%- endmacro %}

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

{# All columns, of a relation or of all that are read, but these. #}
{% macro all_but(columns, relation=none) -%}
    {{ relation ~ '.' if relation }}* {{ adapter.dispatch('but')() }} ({{ columns | join(', ') }})
{%- endmacro %}
{% macro duckdb__but() -%}exclude{%- endmacro %}
{% macro spark__but() -%}except{%- endmacro %}

{# Window function: the first value that is there. #}
{% macro first_known(expression) -%}{{ return(adapter.dispatch('first_known')(expression)) }}{%- endmacro %}
{% macro duckdb__first_known(expression) -%}first_value({{ expression }} ignore nulls){%- endmacro %}
{% macro spark__first_known(expression) -%}first_value({{ expression }}) ignore nulls{%- endmacro %}

{#
  A recursive CTE of different rows: `first`, and from each row those that `joined` leads to, until nothing new is reached.
  Spark knows no difference in a recursion: it goes at most 60 steps, so that a circle ends too.
#}
{% macro closure(name, columns, first, following, joined) -%}
    {{ return(adapter.dispatch('closure')(name, columns, first, following, joined)) }}
{%- endmacro %}
{% macro duckdb__closure(name, columns, first, following, joined) -%}
{{ name }} ({{ columns | join(', ') }}) as (
    {{ first }}

    union

    select {{ following | join(', ') }}
    from {{ name }}
    {{ joined }}
)
{%- endmacro %}
{% macro spark__closure(name, columns, first, following, joined) -%}
{{ name }} ({{ columns | join(', ') }}, step) as (
    select first_step.*, 1 as step from ({{ first }}) as first_step

    union all

    select {{ following | join(', ') }}, {{ name }}.step + 1 as step
    from {{ name }}
    {{ joined }}
    where {{ name }}.step < 60
)
{%- endmacro %}

{# Whole quotient of two integers that are not negative. #}
{% macro whole_quotient(dividend, divisor) -%}
    {{ return(adapter.dispatch('whole_quotient')(dividend, divisor)) }}
{%- endmacro %}
{% macro duckdb__whole_quotient(dividend, divisor) -%}(({{ dividend }}) // ({{ divisor }})){%- endmacro %}
{% macro spark__whole_quotient(dividend, divisor) -%}(({{ dividend }}) div ({{ divisor }})){%- endmacro %}

{# The number of which only this bit is set, counted from 0. #}
{% macro bit_at(position) -%}{{ return(adapter.dispatch('bit_at')(position)) }}{%- endmacro %}
{% macro duckdb__bit_at(position) -%}(cast(1 as bigint) << cast({{ position }} as integer)){%- endmacro %}
{% macro spark__bit_at(position) -%}shiftleft(cast(1 as bigint), cast({{ position }} as int)){%- endmacro %}

{# An integer type that holds products of several amounts in millionths of a cent. #}
{% macro wide_integer() -%}{{ return(adapter.dispatch('wide_integer')()) }}{%- endmacro %}
{% macro duckdb__wide_integer() -%}hugeint{%- endmacro %}
{% macro spark__wide_integer() -%}decimal(38, 0){%- endmacro %}

{# Greatest common divisor of two integers, and a quotient known to be whole. #}
{% macro greatest_divisor(first, second) -%}{{ return(adapter.dispatch('greatest_divisor')(first, second)) }}{%- endmacro %}
{% macro duckdb__greatest_divisor(first, second) -%}gcd({{ first }}, {{ second }}){%- endmacro %}
{# Spark has no gcd. Units are powers of ten, and so is nearly all that can be taken out of prices and quantities. #}
{% macro spark__greatest_divisor(first, second) -%}
    (
        case
            {%- for power in range(8, 0, -1) %}
            when ({{ first }}) % {{ 10 ** power }} = 0 and ({{ second }}) % {{ 10 ** power }} = 0 then {{ 10 ** power }}
            {%- endfor %}
            else 1
        end
    )
{%- endmacro %}

{% macro whole_part(dividend, divisor) -%}{{ return(adapter.dispatch('whole_part')(dividend, divisor)) }}{%- endmacro %}
{% macro duckdb__whole_part(dividend, divisor) -%}(cast({{ dividend }} as hugeint) // {{ divisor }}){%- endmacro %}
{% macro spark__whole_part(dividend, divisor) -%}(({{ dividend }}) div {{ divisor }}){%- endmacro %}

{#
  An exact value that may be wider than the widest integer or than decimal(18, 2): NULL then, where the engine can say so.
  Amounts below 10^11 and rates up to 10^5 (exports/contract/) fit by themselves; prices x quantities x shares need not.
  The test assert_every_amount_fits names the rows without a value.
#}
{% macro if_it_fits(expression) -%}{{ return(adapter.dispatch('if_it_fits')(expression)) }}{%- endmacro %}
{% macro duckdb__if_it_fits(expression) -%}try({{ expression }}){%- endmacro %}
{% macro spark__if_it_fits(expression) -%}({{ expression }}){%- endmacro %}

{# Whether a clock reading is the last second of a day, or its last minute where no seconds are written; whether it is the first. #}
{% macro _is_last_moment(reading) -%}
    (
        extract(hour from {{ reading }}) = 23
        and extract(minute from {{ reading }}) = 59
        and (extract(second from {{ reading }}) >= 59 or extract(second from {{ reading }}) = 0)
    )
{%- endmacro %}

{% macro _starts_a_day(reading) -%}date_trunc('day', {{ reading }}) = {{ reading }}{%- endmacro %}

{# An instant that begins a day, in UTC or on the wall. #}
{% macro is_midnight(instant) -%}
    ({{ _starts_a_day(utc_clock(instant)) }} or {{ _starts_a_day(wall_clock(instant)) }})
{%- endmacro %}

{#
  The end of a time that begins at `start`: the last second or minute of a day, in UTC or on the wall, is the day after, unless
  the time begins at it too: then it is only the time of day.
#}
{% macro end_after_last_moment(start, end) -%}
    case
        when {{ _is_last_moment(utc_clock(start)) }} or {{ _is_last_moment(wall_clock(start)) }} then {{ end }}
        when {{ _is_last_moment(utc_clock(end)) }} or {{ _is_last_moment(wall_clock(end)) }}
            then {{ seconds_later("date_trunc('minute', " ~ end ~ ')', 60) }}
        else {{ end }}
    end
{%- endmacro %}

{% macro seconds_later(instant, seconds) -%}{{ return(adapter.dispatch('seconds_later')(instant, seconds)) }}{%- endmacro %}
{% macro duckdb__seconds_later(instant, seconds) -%}({{ instant }} + to_seconds({{ seconds }})){%- endmacro %}
{% macro spark__seconds_later(instant, seconds) -%}({{ instant }} + make_interval(0, 0, 0, 0, 0, 0, {{ seconds }})){%- endmacro %}

{% macro days_later(instant, days) -%}{{ seconds_later(instant, 86400 * days) }}{%- endmacro %}

{# Whether two instants show the same time of day, in UTC or on the wall. #}
{% macro same_time_of_day(first, second) -%}
    (
        {%- for clock in [utc_clock, wall_clock] %}
        {{ 'or ' if not loop.first -}}
        {{ _since_midnight(clock(first)) }} = {{ _since_midnight(clock(second)) }}
        {%- endfor %}
    )
{%- endmacro %}

{% macro _since_midnight(reading) -%}{{ seconds_between("date_trunc('day', " ~ reading ~ ')', reading) }}{%- endmacro %}

{# Spark's Parquet tables hold no constraint: a contract is its columns and types there, and a test for each constraint. #}
{% macro spark__persist_constraints(relation, model) -%}{%- endmacro %}
