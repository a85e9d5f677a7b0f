with

tickets as (
    select * from {{ ref('int_tickets') }}
),

ratings as (
    select * from {{ ref('int_ratings') }}
),

bad_experiences as (
    select * from {{ ref('int_bad_experiences') }}
),

ticket_months as (
    select
        customer_id,
        {{ period_start('month', 'created_on') }} as month,
        count(*) as tickets,
        sum(case when is_complaint then 1 else 0 end) as complaints,
        sum(reopens) as reopens,
        sum(case when answered_on is null then 1 else 0 end) as unanswered,
        {{ middle(epoch_seconds('first_response_at') ~ ' - ' ~ epoch_seconds('created_at')) }} as response_seconds,
        {{ middle(epoch_seconds('solved_at') ~ ' - ' ~ epoch_seconds('created_at')) }} as resolution_seconds
    from tickets
    where customer_id is not null and created_on <= {{ until_date('support') }}
    group by customer_id, {{ period_start('month', 'created_on') }}
),

rating_months as (
    select
        customer_id,
        {{ period_start('month', 'rated_on') }} as month,
        {{ rating_sums() }},
        {{ effort_sums() }}
    from ratings
    where customer_id is not null and rated_on <= {{ until_date('support') }}
    group by customer_id, {{ period_start('month', 'rated_on') }}
),

bad_months as (
    select
        customer_id,
        {{ period_start('month', 'happened_on') }} as month,
        count(*) as bad_experiences
    from bad_experiences
    where happened_on <= {{ until_date('support') }}
    group by customer_id, {{ period_start('month', 'happened_on') }}
),

spoken as (
    select
        customer_id,
        month
    from ticket_months
    union
    select
        customer_id,
        month
    from rating_months
    union
    select
        customer_id,
        month
    from bad_months
),

final as (
    select
        spoken.month,
        spoken.customer_id,
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
        cast(coalesce(bad_months.bad_experiences, 0) as integer) as bad_experiences,
        cast(coalesce(rating_months.ces_ratings, 0) as integer) as ces_ratings,
        {{ share('rating_months.ces_marks', 'rating_months.ces_ratings') }} as ces,
        {{ how_far(add_months('spoken.month', 1)) }}
    from spoken
    left join ticket_months
        on spoken.customer_id = ticket_months.customer_id and spoken.month = ticket_months.month
    left join rating_months
        on spoken.customer_id = rating_months.customer_id and spoken.month = rating_months.month
    left join bad_months
        on spoken.customer_id = bad_months.customer_id and spoken.month = bad_months.month
)

select * from final
