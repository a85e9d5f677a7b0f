{#
  The catalogue of metrics: what the YAML of a period mart says of a column under `meta: metric`. The tall table is made
  from it (docs/extending.md). dbt knows it when models run, not while it parses the project, and not in its unit tests.
#}

{# The metrics of a mart, by column. #}
{% macro metrics_of(mart) -%}
    {%- set found = {} -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name == mart -%}
            {%- for column in node.columns.values() if column.config.meta.metric -%}
                {%- do found.update({column.name: column.config.meta.metric}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{# The metrics of a mart in tall form. #}
{% macro tall(mart, relation) -%}
    {%- for name, metric in metrics_of(mart).items() %}
    select
        '{{ name }}' as metric,
        '{{ metric.unit }}' as unit,
        grain,
        period_start,
        period_end,
        is_complete,
        covered_until,
        dimension,
        member,
        {{ if_it_fits(money(metric.numerator or name)) }} as numerator,
        {{ money(metric.denominator or 'null') }} as denominator,
        cast({{ name }} as double) as value
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
