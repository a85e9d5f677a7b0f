-- Each month's opening customers, their two scores that morning, and what became of them.
-- A morning is held against what came after only once all of that has been seen.
{{ config(materialized='table') }}

with

scores as (
    select * from {{ ref('int_risk_scores') }}
),

score_days as (
    select * from {{ ref('int_score_days') }}
    where occasion = 'month'
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

observed as (
    select
        scores.score_on,
        horizons.horizon_months,
        {{ add_months('scores.score_on', 'horizons.horizon_months') }} as seen_until,
        scores.customer_id,
        scores.mrr,
        scores.score,
        coalesce(scores.days_since_use, 100000) as days_since_use
    from scores
    inner join score_days on scores.score_on = score_days.score_on
    cross join horizons
    where {{ add_months('scores.score_on', 'horizons.horizon_months') }} <= {{ after_until() }}
),

final as (
    select
        observed.score_on,
        observed.horizon_months,
        observed.customer_id,
        observed.score,
        observed.days_since_use,
        case when count(movements.movement_on) > 0 then 1 else 0 end as is_lost,
        row_number() over (
            partition by observed.score_on, observed.horizon_months
            order by observed.score desc, observed.mrr desc, observed.customer_id
        ) as place_by_score,
        row_number() over (
            partition by observed.score_on, observed.horizon_months
            order by observed.days_since_use desc, observed.mrr desc, observed.customer_id
        ) as place_by_silence,
        count(*) over (partition by observed.score_on, observed.horizon_months) as customers
    from observed
    left join movements
        on
            observed.customer_id = movements.customer_id
            and movements.movement_on >= observed.score_on
            and movements.movement_on < observed.seen_until
    group by
        observed.score_on,
        observed.horizon_months,
        observed.customer_id,
        observed.mrr,
        observed.score,
        observed.days_since_use
)

select * from final
