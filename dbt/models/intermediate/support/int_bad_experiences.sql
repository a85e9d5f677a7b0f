-- What went wrong for a customer, dated on the day it was known. A rating is bad below the middle
-- of its scale (1 or 2 of 5, 1 of 2, 0 of 1), an NPS answer up to 6 of 10. Exports date no reopening: it is
-- known at the latest when the ticket is solved.
{{ fingerprinted_by_day(['happened_on'], 'customer_id') }}

with

tickets as (
    select * from {{ ref('int_tickets') }}
),

ratings as (
    select * from {{ ref('int_ratings') }}
),

final as (
    select
        customer_id,
        created_on as happened_on,
        'complaint' as what
    from tickets
    where is_complaint and customer_id is not null

    union all

    select
        customer_id,
        solved_on as happened_on,
        'reopened' as what
    from tickets
    where reopens > 0 and solved_on is not null and customer_id is not null

    union all

    select
        customer_id,
        rated_on as happened_on,
        'bad rating' as what
    from ratings
    where
        customer_id is not null
        and (
            (kind = 'csat' and {{ is_dissatisfied('score', 'scale_max') }})
            or (kind = 'nps' and score <= 6)
        )
)

select * from final
