{#
  Frequency class (METRICS 6): daily = used on 4 days of 7 or more, weekly = 1 to 3, monthly = at least 1 of 28, else dormant.
  A habit is the mean over several weeks, so it may lie between whole days.
#}
{% macro frequency_class(days_of_7, days_of_28) -%}
    case
        when {{ days_of_7 }} >= 4 then 'daily'
        when {{ days_of_7 }} >= 1 then 'weekly'
        when {{ days_of_28 }} >= 1 then 'monthly'
        else 'dormant'
    end
{%- endmacro %}

{# daily 3, weekly 2, monthly 1, dormant 0: a fall of class is a smaller number. #}
{% macro frequency_rank(class) -%}
    case {{ class }} when 'daily' then 3 when 'weekly' then 2 when 'monthly' then 1 else 0 end
{%- endmacro %}

{#
  What each signal adds to the risk score, in points of 100. Chosen by hand from which signals come before
  a loss in subscription businesses at large, then held against the backtest; never fitted to one company.
#}
{% macro risk_weight(signal) -%}
    {{ {
        'cancel_requested': 55,
        'payment_failed': 25,
        'dormant': 20,
        'fallen': 12,
        'silence': 15,
        'contraction': 8,
        'bad_experience': 10,
        'unanswered': 5,
        'narrow': 5,
        'young': 3,
    }[signal] }}
{%- endmacro %}
