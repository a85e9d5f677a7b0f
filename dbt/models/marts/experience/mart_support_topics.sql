-- Support of the whole business by channel and by category, of tickets of nobody known too.
{%- set topics = [('all', "'all'"), ('channel', "coalesce(channel, '(none)')"), ('category', "coalesce(category, '(none)')")] %}

with

tickets as (
    select * from {{ ref('int_tickets') }}
    where created_on <= {{ until_date('support') }}
),

ratings as (
    select * from {{ ref('int_ratings') }}
    where rated_on <= {{ until_date('support') }}
),

ticket_months as (
    {%- for topic, member in topics %}
    select
        {{ period_start('month', 'created_on') }} as month,
        '{{ topic }}' as topic,
        {{ member }} as topic_member,
        count(*) as tickets,
        sum(case when is_complaint then 1 else 0 end) as complaints,
        sum(reopens) as reopens,
        sum(case when answered_on is null then 1 else 0 end) as unanswered,
        {{ middle(epoch_seconds('first_response_at') ~ ' - ' ~ epoch_seconds('created_at')) }} as response_seconds,
        {{ middle(epoch_seconds('solved_at') ~ ' - ' ~ epoch_seconds('created_at')) }} as resolution_seconds
    from tickets
    group by {{ period_start('month', 'created_on') }}, {{ member }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

rating_months as (
    {%- for topic, member in topics %}
    select
        {{ period_start('month', 'rated_on') }} as month,
        '{{ topic }}' as topic,
        {{ member }} as topic_member,
        {{ rating_sums() }},
        {{ effort_sums() }}
    from ratings
    group by {{ period_start('month', 'rated_on') }}, {{ member }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

spoken as (
    select month, topic, topic_member from ticket_months

    union

    select month, topic, topic_member from rating_months
),

final as (
    select
        spoken.month,
        cast(spoken.topic as {{ dbt.type_string() }}) as topic,
        cast(spoken.topic_member as {{ dbt.type_string() }}) as topic_member,
        cast(coalesce(ticket_months.tickets, 0) as integer) as tickets,
        cast(coalesce(ticket_months.complaints, 0) as integer) as complaints,
        cast(coalesce(ticket_months.reopens, 0) as integer) as reopens,
        cast(coalesce(ticket_months.unanswered, 0) as integer) as unanswered,
        ticket_months.response_seconds / 3600 as median_first_response_hours,
        ticket_months.resolution_seconds / 3600 as median_resolution_hours,
        cast(coalesce(rating_months.csat_ratings, 0) as integer) as csat_ratings,
        {{ share('rating_months.csat_good', 'rating_months.csat_ratings') }} as csat,
        cast(coalesce(rating_months.nps_ratings, 0) as integer) as nps_ratings,
        {{ share('rating_months.nps_balance', 'rating_months.nps_ratings') }} as nps,
        cast(coalesce(rating_months.ces_ratings, 0) as integer) as ces_ratings,
        {{ share('rating_months.ces_marks', 'rating_months.ces_ratings') }} as ces,
        {{ how_far(add_months('spoken.month', 1)) }}
    from spoken
    left join ticket_months
        on
            spoken.month = ticket_months.month
            and spoken.topic = ticket_months.topic
            and spoken.topic_member = ticket_months.topic_member
    left join rating_months
        on
            spoken.month = rating_months.month
            and spoken.topic = rating_months.topic
            and spoken.topic_member = rating_months.topic_member
)

select * from final
