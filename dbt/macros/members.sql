{#
  More than one dimension at once (`by: [plan, country]` of a red line): a dimension of its own, called plan+country, with the
  members "pro + DE". The variable `crossed` lists them, each in the order of `dimensions` with the plan first.
#}

{# The crossings of attributes alone, as lists: those asked for, and what is left of those that the plan is crossed with. #}
{% macro crossed_attributes() -%}
    {%- set found = [] -%}
    {%- for crossing in var('crossed') -%}
        {%- set attributes = crossing | reject('equalto', 'plan') | list -%}
        {%- if attributes | length > 1 and attributes not in found -%}{%- do found.append(attributes) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# What the plan is crossed with: dimensions of int_customer_segments. #}
{% macro plan_crossings() -%}
    {%- set found = [] -%}
    {%- for crossing in var('crossed') if 'plan' in crossing -%}
        {%- do found.append(crossing | reject('equalto', 'plan') | join('+')) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# The member of a crossing of the plan with `rest`, a dimension whose member is `member`. #}
{% macro plan_crossed(plan, rest, member='segments.member') -%}
    {{ dbt.concat([plus_doubled(plan), "' + '", member if '+' in rest else plus_doubled(member)]) }}
{%- endmacro %}

{# A member as a part of a crossing: a plus within it is doubled, so that no two members become one. #}
{% macro plus_doubled(member) -%}
    replace({{ member }}, ' + ', ' ++ ')
{%- endmacro %}

{# The member of a crossing of attributes. #}
{% macro crossed_member(members) -%}
    {%- set parts = [] -%}
    {%- for member in members -%}
        {%- do parts.append("' + '") if not loop.first -%}
        {%- do parts.append(plus_doubled(member)) -%}
    {%- endfor -%}
    {{ dbt.concat(parts) }}
{%- endmacro %}

{#
  A CTE `<rows>_of_members`, the rows of the CTE `<rows>` once for every member that their customer belongs
  to. The whole business has all rows, also those of nobody known; the plan is the one held on the day of the row.
#}
{% macro of_members(rows, day) -%}
{{ may_read('int_customer_plan_days') }}
{{ rows }}_of_members as (
    select
        'all' as dimension,
        'all' as member,
        {{ rows }}.*
    from {{ rows }}

    union all

    select
        segments.dimension,
        segments.member,
        {{ rows }}.*
    from {{ rows }}
    inner join {{ ref('int_customer_segments') }} as segments
        on {{ rows }}.customer_id = segments.customer_id
    where segments.dimension <> 'all'
{%- if 'plan' in var('dimensions') %}

    union all

    select
        'plan' as dimension,
        coalesce(plan_days.plan_id, '(none)') as member,
        {{ rows }}.*
    from {{ rows }}
    left join {{ ref('int_customer_plan_days') }} as plan_days
        on
            {{ rows }}.customer_id = plan_days.customer_id
            and {{ rows }}.{{ day }} >= plan_days.valid_from
            and {{ rows }}.{{ day }} < {{ or_never('plan_days.valid_to') }}
    where {{ rows }}.customer_id is not null
{%- endif %}
{%- for rest in plan_crossings() %}

    union all

    select
        'plan+{{ rest }}' as dimension,
        {{ plan_crossed("coalesce(plan_days.plan_id, '(none)')", rest) }} as member,
        {{ rows }}.*
    from {{ rows }}
    inner join {{ ref('int_customer_segments') }} as segments
        on {{ rows }}.customer_id = segments.customer_id and segments.dimension = '{{ rest }}'
    left join {{ ref('int_customer_plan_days') }} as plan_days
        on
            {{ rows }}.customer_id = plan_days.customer_id
            and {{ rows }}.{{ day }} >= plan_days.valid_from
            and {{ rows }}.{{ day }} < {{ or_never('plan_days.valid_to') }}
{%- endfor %}
)
{%- endmacro %}

{#
  A CTE `<rows>_of_members` of rows about a span: the same, but the plan is the one held at the opening, which the rows have
  (plan_opening), and every customer is known.
#}
{% macro of_members_at_opening(rows) -%}
{{ rows }}_of_members as (
    select
        {{ rows }}.*,
        segments.dimension,
        segments.member
    from {{ rows }}
    inner join {{ ref('int_customer_segments') }} as segments
        on {{ rows }}.customer_id = segments.customer_id
{%- if 'plan' in var('dimensions') %}

    union all

    select
        {{ rows }}.*,
        'plan' as dimension,
        plan_opening as member
    from {{ rows }}
{%- endif %}
{%- for rest in plan_crossings() %}

    union all

    select
        {{ rows }}.*,
        'plan+{{ rest }}' as dimension,
        {{ plan_crossed(rows ~ '.plan_opening', rest) }} as member
    from {{ rows }}
    inner join {{ ref('int_customer_segments') }} as segments
        on {{ rows }}.customer_id = segments.customer_id and segments.dimension = '{{ rest }}'
{%- endfor %}
)
{%- endmacro %}
