-- Ratings by the period they were given in and the member of those who gave them; the whole business has those of nobody known.
{{ config(materialized='table') }}

with

ratings as (
    select
        customer_id,
        rated_on,
        kind,
        score,
        scale_max
    from {{ ref('int_ratings') }}
    where rated_on <= {{ until_date('support') }}
),

{{ of_members('ratings', 'rated_on') }},

final as (
    {%- for grain in ['month', 'quarter', 'year'] %}
    select
        '{{ grain }}' as grain,
        {{ period_start(grain, 'rated_on') }} as period_start,
        dimension,
        member,
        {{ rating_sums() }}
    from ratings_of_members
    group by {{ period_start(grain, 'rated_on') }}, dimension, member
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
