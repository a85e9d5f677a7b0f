with

outcomes as (
    select * from {{ ref('int_risk_outcomes') }}
),

banded as (
    select
        horizon_months,
        cast(least(floor(score / 10), 9) * 10 as integer) as score_from,
        score,
        is_lost
    from outcomes
    where not has_asked_to_cancel
),

final as (
    select
        horizon_months,
        score_from,
        cast(count(*) as integer) as customer_months,
        -- as decimals, whose sum is the same in every order
        {{ share('sum(cast(score as decimal(18, 9)))', 'count(*)') }} as mean_score,
        cast(sum(is_lost) as integer) as lost,
        {{ share('sum(is_lost)', 'count(*)') }} as lost_share
    from banded
    group by horizon_months, score_from
)

select * from final
