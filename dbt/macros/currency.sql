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

{#
  What one minor unit of a currency is worth; exports/values.py says the same to ingest. `row` says in counts_thousandths whether
  its vendor counts thousandths where a currency has them; where it does not say, it does.
#}
{% macro worth_of_minor_unit(currency, row=none) -%}
    case
        when {{ currency }} in (
            'BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'
        ) then cast(1 as decimal(4, 3))
        when
            {{ currency }} in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')
            {%- if row %} and coalesce({{ row }}.counts_thousandths, true){% endif %}
            then cast(0.001 as decimal(4, 3))
        else cast(0.01 as decimal(4, 3))
    end
{%- endmacro %}

{#
  An amount of a table that names no currency was loaded in minor units, and says so in in_minor_units: what one of them is worth
  is told by the currency of the row that completes it. counts: whether the row says in counts_thousandths how its vendor counts.
#}
{% macro in_major_units(amount, row='completed', currency='completed.currency', counts=true) -%}
    case
        when {{ row }}.in_minor_units then {{ money(amount ~ ' * ' ~ worth_of_minor_unit(currency, row if counts else none)) }}
        else {{ amount }}
    end
{%- endmacro %}
