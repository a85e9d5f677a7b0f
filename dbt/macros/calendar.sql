{# Last day that a source covers, and the first that it does not; without a source, billing's: that of the publication. #}
{% macro until_date(source='billing') -%}cast('{{ covered_until(source) }}' as date){%- endmacro %}
{% macro after_until(source='billing') -%}{{ add_days(until_date(source), 1) }}{%- endmacro %}

{# Up to which day a source is known on a morning: where it is not covered that far, up to its end. Not covered is not none. #}
{% macro known_to(morning, source) -%}least({{ morning }}, {{ after_until(source) }}){%- endmacro %}

{# An instant, and none where it cannot be one: 1900, year 1 and the first day that computers count are empty fields. #}
{% macro possible_instant(instant) -%}
    case when {{ instant }} >= {{ instant_literal('1970-01-02 00:00:00+00') }} then {{ instant }} end
{%- endmacro %}

{# The end of something that may go on: after the last instant that ingest accepts, on which something may begin and which is of 10000-01-01
   in the east. Between two tables: a join that asks `is null or` has no key to DuckDB, which then compares every row with every other. #}
{% macro or_never(valid_to) -%}
    coalesce({{ valid_to }}, {{ add_days("cast('9999-12-31' as date)", 2) }})
{%- endmacro %}

{# Condition: what is said from valid_from until valid_to holds at the end of the day before this one. #}
{% macro holds_before(said, day) -%}
    {{ day }} > {{ said }}.valid_from and {{ day }} <= {{ or_never(said ~ '.valid_to') }}
{%- endmacro %}

{# The whole numbers 0 .. 10^digits - 1 as a table with one column n, in SQL that every engine reads. #}
{% macro numbers(digits) -%}
    select
        {% for i in range(digits) -%}
        {% if not loop.first %}+ {% endif %}d{{ i }}.digit * {{ 10 ** i }}
        {% endfor -%}
        as n
    from
        {%- for i in range(digits) %}
        {% if not loop.first %}cross join {% endif -%}
        (
            {%- for digit in range(10) %}
            select {{ digit }} as digit{{ ' union all' if not loop.last }}
            {%- endfor %}
        ) as d{{ i }}
        {%- endfor %}
{%- endmacro %}
