-- Tickets by the period they were opened in, ratings by the period they were given in; the whole business has those of nobody known
-- too.
with

periods as (
    select * from {{ ref('int_periods') }}
),

members as (
    select
        dimension,
        member
    from {{ ref('int_segment_members') }}
),

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

ticket_figures as (
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
),

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

rating_figures as (
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
),

final as (
    select
        periods.grain,
        periods.period_start,
        periods.period_end,
        {{ how_far('periods.period_end') }},
        members.dimension,
        members.member,
        cast(coalesce(tickets.tickets, 0) as integer) as tickets,
        cast(coalesce(tickets.complaints, 0) as integer) as complaints,
        {{ share('tickets.complaints', 'tickets.tickets') }} as complaint_rate,
        cast(coalesce(tickets.tickets_reopened, 0) as integer) as tickets_reopened,
        cast(coalesce(tickets.tickets_answered, 0) as integer) as tickets_answered,
        tickets.first_response_hours,
        tickets.resolution_hours,
        cast(coalesce(ratings.csat_ratings, 0) as integer) as csat_ratings,
        cast(coalesce(ratings.csat_good, 0) as integer) as csat_good,
        {{ share('ratings.csat_good', 'ratings.csat_ratings') }} as csat,
        cast(coalesce(ratings.nps_ratings, 0) as integer) as nps_ratings,
        {{ share('ratings.nps_balance', 'ratings.nps_ratings') }} as nps
    from periods
    cross join members
    left join ticket_figures as tickets
        on
            periods.grain = tickets.grain
            and periods.period_start = tickets.period_start
            and members.dimension = tickets.dimension
            and members.member = tickets.member
    left join rating_figures as ratings
        on
            periods.grain = ratings.grain
            and periods.period_start = ratings.period_start
            and members.dimension = ratings.dimension
            and members.member = ratings.member
)

select * from final
