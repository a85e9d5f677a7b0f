{#
  Satisfaction (METRICS 6): the two best marks of five, and on any other scale what reaches four fifths of it: 8 to 10 of 10,
  6 and 7 of 7, 2 of 2, 1 of 0 and 1. No scale given: five marks.
#}
{% macro is_satisfied(score, scale_max) -%}
    ({{ score }} * 5 >= coalesce({{ scale_max }}, 5) * 4)
{%- endmacro %}

{# Below the middle of the scale: 1 and 2 of 5, 1 of 2, 0 of 0 and 1. A mark in the middle is neither good nor bad. #}
{% macro is_dissatisfied(score, scale_max) -%}
    ({{ score }} * 2 < coalesce({{ scale_max }}, 5) + 1)
{%- endmacro %}

{# The mark of an effort score on a scale of seven, 7 = no effort; no scale given: seven marks. #}
{% macro on_seven(score, scale_max) -%}
    (cast({{ score }} as double) * 7 / nullif(coalesce({{ scale_max }}, 7), 0))
{%- endmacro %}

{# Ratings by kind, the good ones of satisfaction and the balance of NPS: promoters less detractors. Of `kind`, `score`, `scale_max`. #}
{% macro rating_sums() -%}
    sum(case when kind = 'csat' then 1 else 0 end) as csat_ratings,
        sum(case when kind = 'csat' and {{ is_satisfied('score', 'scale_max') }} then 1 else 0 end) as csat_good,
        sum(case when kind = 'nps' then 1 else 0 end) as nps_ratings,
        sum(
            case
                when kind = 'nps' and score >= 9 then 1
                when kind = 'nps' and score <= 6 then -1
                else 0
            end
        ) as nps_balance
{%- endmacro %}

{# Effort scores, and their marks on a scale of seven. #}
{% macro effort_sums() -%}
    sum(case when kind = 'ces' then 1 else 0 end) as ces_ratings,
        sum(case when kind = 'ces' then {{ on_seven('score', 'scale_max') }} else 0 end) as ces_marks
{%- endmacro %}
