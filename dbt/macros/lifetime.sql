{#
  LTV = V * L (METRICS.md, section 3): V = ARPA x gross margin, L = 1 / average churn rate of the last three months that
  have one. Computed as one fraction of whole numbers and rounded once: with lost l and opening b of each month,
  closing * margin / E / ((l0/b0 + l1/b1 + l2/b2) / k). NULL when nobody was lost or nobody is left.
  Reads the columns opening_0..2 and lost_0..2 of int_period_figures.
#}
{% macro lifetime_value(mrr_closing, customers_closing) -%}
    {%- set digits = (var('gross_margin') | string).split('.') -%}
    {%- set decimals = (digits[1] if digits | length > 1 else '').rstrip('0') -%}
    {%- set wide = wide_integer() -%}
    {%- set months = [0, 1, 2] -%}
    {%- set openings = [] -%}
    {%- set losses = [] -%}
    {%- for i in months -%}
        {%- do openings.append('cast(greatest(opening_' ~ i ~ ', 1) as ' ~ wide ~ ')') -%}
    {%- endfor -%}
    {%- for i in months -%}
        {%- set others = [] -%}
        {%- for j in months if j != i -%}{%- do others.append(openings[j]) -%}{%- endfor -%}
        {%- do losses.append('lost_' ~ i ~ ' * ' ~ others | join(' * ')) -%}
    {%- endfor -%}
    {%- set months_counted -%}
        ({% for i in months %}case when opening_{{ i }} > 0 then 1 else 0 end{{ ' + ' if not loop.last }}{% endfor %})
    {%- endset -%}
    case
        when {{ customers_closing }} > 0 and lost_0 + lost_1 + lost_2 > 0
            then {{ exact_cents(
                'cast(' ~ cents(mrr_closing) ~ ' as ' ~ wide ~ ') * ' ~ ((digits[0] ~ decimals) | int) ~ ' * ' ~ months_counted
                ~ ' * ' ~ openings | join(' * '),
                'cast(' ~ customers_closing ~ ' as ' ~ wide ~ ') * ' ~ 10 ** (decimals | length)
                ~ ' * (' ~ losses | join(' + ') ~ ')'
            ) }}
    end
{%- endmacro %}
