{#
  What an export does not cover is not zero. The variable `until` is the last day that billing covers; `covered` names those of
  the other sources, each no later than `until`. Which sources a model needs is told by the graph alone: those whose staging
  models it descends from. A period is complete when all of them cover its end.
#}

{# Last day that a source covers, as text. #}
{% macro covered_until(source) -%}{{ return(var('covered', {}).get(source, var('until'))) }}{%- endmacro %}

{# The sources that a model descends from; dbt knows them when models run, not in its unit tests. #}
{% macro sources_needed(model) -%}
    {%- set found, seen, waiting = ['billing'], [], [model.unique_id] -%}
    {%- if execute and graph -%}
        {%- for _ in range(graph.nodes | length + 1) if waiting -%}
            {%- set node = graph.nodes.get(waiting.pop()) -%}
            {%- if node and node.unique_id not in seen -%}
                {%- do seen.append(node.unique_id) -%}
                {%- if 'staging' in node.fqn and node.fqn[-2] not in found -%}{%- do found.append(node.fqn[-2]) -%}{%- endif -%}
                {%- do waiting.extend(node.depends_on.nodes) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{# Last day that every source covers which this model needs. #}
{% macro until_date_of_all() -%}
    {%- set days = [] -%}
    {%- for source in sources_needed(model) -%}{%- do days.append(covered_until(source)) -%}{%- endfor -%}
    cast('{{ days | min }}' as date)
{%- endmacro %}

{#
  The last day that the figures of a period count, its own last one or that of the sources while it runs, and whether it is over.
  last_covered: the last day that they cover; without it that of all sources which this model needs.
#}
{% macro how_far(period_end, last_covered=none) -%}
    {%- set last_covered = last_covered or until_date_of_all() -%}
    least({{ add_days(period_end, -1) }}, {{ last_covered }}) as covered_until,
        {{ period_end }} <= {{ add_days(last_covered, 1) }} as is_complete
{%- endmacro %}
