with

outcomes as (
    select * from {{ ref('int_risk_outcomes') }}
),

methods as (
    select
        score_on,
        horizon_months,
        'default' as method,
        is_lost,
        place_by_score * 10 < customers + 10 as is_flagged
    from outcomes
    where not has_asked_to_cancel

    union all

    select
        score_on,
        horizon_months,
        'days since last use' as method,
        is_lost,
        place_by_silence * 10 < customers + 10 as is_flagged
    from outcomes
    where not has_asked_to_cancel
),

counted as (
    select
        score_on,
        horizon_months,
        method,
        cast(count(*) as integer) as customers,
        cast(sum(is_lost) as integer) as lost,
        cast(sum(case when is_flagged then 1 else 0 end) as integer) as flagged,
        cast(sum(case when is_flagged then is_lost else 0 end) as integer) as flagged_lost
    from methods
    group by score_on, horizon_months, method
),

asked as (
    select
        score_on,
        horizon_months,
        count(*) as customers
    from outcomes
    where has_asked_to_cancel
    group by score_on, horizon_months
),

final as (
    select
        counted.score_on,
        counted.horizon_months,
        counted.method,
        counted.customers,
        counted.lost,
        counted.flagged,
        counted.flagged_lost,
        {{ share('counted.flagged_lost', 'counted.flagged') }} as precision_top_tenth,
        {{ share('counted.flagged_lost', 'counted.lost') }} as recall_top_tenth,
        {{ share('counted.flagged_lost', 'counted.flagged') }} / nullif({{ share('counted.lost', 'counted.customers') }}, 0)
            as lift_top_tenth,
        cast(coalesce(asked.customers, 0) as integer) as asked_to_cancel
    from counted
    left join asked
        on counted.score_on = asked.score_on and counted.horizon_months = asked.horizon_months
)

select * from final
