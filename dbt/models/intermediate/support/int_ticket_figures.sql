-- Tickets by the period they were opened in and the member of those who asked; the whole business has those of nobody known too.
{{ config(materialized='table') }}

with

tickets as (
    select
        customer_id,
        created_on,
        is_complaint,
        reopens,
        first_response_at,
        {{ epoch_seconds('first_response_at') }} - {{ epoch_seconds('created_at') }} as response_seconds,
        {{ epoch_seconds('solved_at') }} - {{ epoch_seconds('created_at') }} as resolution_seconds
    from {{ ref('int_tickets') }}
    where created_on <= {{ until_date('support') }}
),

{{ of_members('tickets', 'created_on') }},

final as (
    {%- for grain in ['month', 'quarter', 'year'] %}
    select
        '{{ grain }}' as grain,
        {{ period_start(grain, 'created_on') }} as period_start,
        dimension,
        member,
        count(*) as tickets,
        sum(case when is_complaint then 1 else 0 end) as complaints,
        sum(case when reopens > 0 then 1 else 0 end) as tickets_reopened,
        count(first_response_at) as tickets_answered,
        {{ middle('response_seconds') }} / 3600 as first_response_hours,
        {{ middle('resolution_seconds') }} / 3600 as resolution_hours
    from tickets_of_members
    group by {{ period_start(grain, 'created_on') }}, dimension, member
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
