-- Were customers with a bad experience lost more often? The experience lies in the 90 days
-- before the month began, the loss in the month, so cause cannot follow effect.
with

scores as (
    select * from {{ ref('int_risk_scores') }}
),

outcomes as (
    select * from {{ ref('int_risk_outcomes') }}
    where horizon_months = 1
),

exposed as (
    select
        outcomes.score_on as month,
        outcomes.is_lost,
        case when scores.bad_experiences_90 > 0 then 1 else 0 end as is_exposed
    from outcomes
    inner join scores
        on
            outcomes.score_on = scores.score_on
            and outcomes.customer_id = scores.customer_id
),

counted as (
    select
        scope.scope,
        case when scope.scope = 'month' then exposed.month else first_month.month end as month,
        cast(sum(exposed.is_exposed) as integer) as exposed,
        cast(sum(exposed.is_exposed * exposed.is_lost) as integer) as exposed_lost,
        cast(sum(1 - exposed.is_exposed) as integer) as others,
        cast(sum((1 - exposed.is_exposed) * exposed.is_lost) as integer) as others_lost
    from exposed
    cross join (select min(month) as month from exposed) as first_month
    cross join (
        select 'month' as scope
        union all
        select 'all' as scope
    ) as scope
    group by scope.scope, case when scope.scope = 'month' then exposed.month else first_month.month end
),

rated as (
    select
        *,
        {{ share('exposed_lost', 'exposed') }} as exposed_churn_rate,
        {{ share('others_lost', 'others') }} as others_churn_rate,
        case
            when exposed_lost > 0 and others_lost > 0
                then sqrt(
                    1 / cast(exposed_lost as double) - 1 / cast(exposed as double)
                    + 1 / cast(others_lost as double) - 1 / cast(others as double)
                )
        end as log_error
    from counted
),

final as (
    select
        scope,
        month,
        exposed,
        exposed_lost,
        others,
        others_lost,
        exposed_churn_rate,
        others_churn_rate,
        exposed_churn_rate / nullif(others_churn_rate, 0) as relative_risk,
        exposed_churn_rate / nullif(others_churn_rate, 0) * exp(-1.96 * log_error) as relative_risk_low,
        exposed_churn_rate / nullif(others_churn_rate, 0) * exp(1.96 * log_error) as relative_risk_high
    from rated
)

select * from final
