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
    select * from {{ ref('int_ticket_figures') }}
),

ratings as (
    select * from {{ ref('int_rating_figures') }}
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
    left join tickets
        on
            periods.grain = tickets.grain
            and periods.period_start = tickets.period_start
            and members.dimension = tickets.dimension
            and members.member = tickets.member
    left join ratings
        on
            periods.grain = ratings.grain
            and periods.period_start = ratings.period_start
            and members.dimension = ratings.dimension
            and members.member = ratings.member
)

select * from final
