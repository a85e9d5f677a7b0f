{# Kinds of published cohorts, and what each is made of: the logo and the revenue triangle share their cohorts. #}
{% macro cohort_kinds() -%}
    {%- for kind, built_from in [
        ('logo', 'revenue'), ('revenue', 'revenue'), ('usage', 'usage'), ('orders', 'orders'),
    ] %}
    select
        '{{ kind }}' as kind,
        '{{ built_from }}' as built_from
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# The figures of a cohort at an age, as they are published; of a relation `cohorts` with the columns of int_cohorts. #}
{% macro cohort_figures() -%}
    cohorts.cohort_month,
        cohorts.age_months,
        cohorts.cohort_customers,
        cohorts.active_customers,
        {{ share('cohorts.active_customers', 'cohorts.cohort_customers') }} as active_share,
        cohorts.cohort_mrr,
        cohorts.mrr,
        {{ share('cohorts.mrr', 'cohorts.cohort_mrr') }} as mrr_share,
        cohorts.cumulative_revenue
{%- endmacro %}
