-- The tickets of each day, whatever became of them since, its ratings and its bad experiences.
{{ config(materialized='table') }}

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

passed as (
    select
        created_on as day,
        {{ row_hash("'ticket', customer_id, created_at, first_response_at, solved_at, answered_on, is_complaint, reopens") }}
            as row_fingerprint
    from tickets

    union all

    select
        rated_on as day,
        {{ row_hash("'rating', customer_id, kind, score, scale_max") }} as row_fingerprint
    from ratings

    union all

    select
        happened_on as day,
        {{ row_hash("'bad experience', customer_id") }} as row_fingerprint
    from bad_experiences
),

final as (
    select
        day,
        {{ fingerprint('row_fingerprint') }} as fingerprint
    from passed
    where day <= {{ until_date('support') }}
    group by day
)

select * from final
