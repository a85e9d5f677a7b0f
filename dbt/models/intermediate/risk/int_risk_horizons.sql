-- The mornings of which is known what came after, a month and a quarter on, and before which use and support are covered.
with

score_days as (
    select * from {{ ref('int_score_days') }}
    where occasion = 'month'
),

horizons as (
    select 1 as horizon_months
    union all
    select 3 as horizon_months
),

final as (
    select
        score_days.score_on,
        horizons.horizon_months
    from score_days
    cross join horizons
    where
        {{ add_months('score_days.score_on', 'horizons.horizon_months') }} <= {{ after_until() }}
        and score_days.score_on <= {{ after_until('usage') }}
        and score_days.score_on <= {{ after_until('support') }}
)

select * from final
