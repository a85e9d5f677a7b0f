-- Each month's opening customers, their two scores that morning, and what became of them. Who had asked to cancel by then is
-- known, not predicted: they have no place.
-- A morning is held against what came after only once all of that has been seen.
{{ config(materialized='table') }}

with

score_days as (
    select * from {{ ref('int_score_days') }}
    where occasion = 'month'
),

lengths as (
    select 1 as horizon_months
    union all
    select 3 as horizon_months
),

-- the mornings of which is known what came after, a month and a quarter on, and before which use and support are covered
horizons as (
    select
        score_days.score_on,
        lengths.horizon_months
    from score_days
    cross join lengths
    where
        {{ add_months('score_days.score_on', 'lengths.horizon_months') }} <= {{ after_until() }}
        and score_days.score_on <= {{ after_until('usage') }}
        and score_days.score_on <= {{ after_until('support') }}
),

scores as (
    select * from {{ ref('int_risk_scores') }}
    where score_on in (select horizons.score_on from horizons)
),

movements as (
    select * from {{ ref('int_mrr_movements') }}
    where movement_type = 'churn'
),

-- the longest horizon is a quarter
churned as (
    select
        scores.score_on,
        scores.customer_id,
        min(movements.movement_on) as lost_on
    from scores
    inner join movements
        on
            scores.customer_id = movements.customer_id
            and movements.movement_on >= scores.score_on
            and movements.movement_on < {{ add_months('scores.score_on', 3) }}
    group by scores.score_on, scores.customer_id
),

-- the places of a morning are the same for every horizon
placed as (
    select
        scores.score_on,
        scores.customer_id,
        scores.score,
        coalesce(scores.days_since_use, 100000) as days_since_use,
        churned.lost_on,
        scores.cancel_requested = 1 as has_asked_to_cancel,
        row_number() over (
            partition by scores.score_on, scores.cancel_requested
            order by scores.score desc, scores.mrr desc, scores.customer_id
        ) as place_by_score,
        row_number() over (
            partition by scores.score_on, scores.cancel_requested
            order by coalesce(scores.days_since_use, 100000) desc, scores.mrr desc, scores.customer_id
        ) as place_by_silence,
        count(*) over (partition by scores.score_on, scores.cancel_requested) as customers
    from scores
    left join churned
        on
            scores.score_on = churned.score_on
            and scores.customer_id = churned.customer_id
),

final as (
    select
        placed.score_on,
        horizons.horizon_months,
        placed.customer_id,
        placed.score,
        placed.days_since_use,
        placed.has_asked_to_cancel,
        case
            when placed.lost_on < {{ add_months('placed.score_on', 'horizons.horizon_months') }} then 1
            else 0
        end as is_lost,
        case when not placed.has_asked_to_cancel then placed.place_by_score end as place_by_score,
        case when not placed.has_asked_to_cancel then placed.place_by_silence end as place_by_silence,
        placed.customers
    from placed
    inner join horizons
        on placed.score_on = horizons.score_on
)

select * from final
