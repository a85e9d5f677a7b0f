-- Each month's opening customers, their two scores that morning, and what became of them.
-- A morning is held against what came after only once all of that has been seen.
{{ config(materialized='table') }}

with

score_days as (
    select * from {{ ref('int_score_days') }}
    where occasion = 'month'
),

scores as (
    select scores.*
    from {{ ref('int_risk_scores') }} as scores
    inner join score_days
        on scores.score_on = score_days.score_on
),

movements as (
    select * from {{ ref('fct_mrr_movements') }}
    where movement_type = 'churn'
),

horizons as (
    select 1 as horizon_months
    union all
    select 3 as horizon_months
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
        row_number() over (
            partition by scores.score_on
            order by scores.score desc, scores.mrr desc, scores.customer_id
        ) as place_by_score,
        row_number() over (
            partition by scores.score_on
            order by coalesce(scores.days_since_use, 100000) desc, scores.mrr desc, scores.customer_id
        ) as place_by_silence,
        count(*) over (partition by scores.score_on) as customers
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
        case
            when placed.lost_on < {{ add_months('placed.score_on', 'horizons.horizon_months') }} then 1
            else 0
        end as is_lost,
        placed.place_by_score,
        placed.place_by_silence,
        placed.customers
    from placed
    cross join horizons
    where {{ add_months('placed.score_on', 'horizons.horizon_months') }} <= {{ after_until() }}
)

select * from final
