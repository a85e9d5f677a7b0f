-- Lost customers, dearest first, with the chance that others had at the same distance.
with

returns as (
    select * from {{ ref('int_churn_returns') }}
),

chances as (
    select * from {{ ref('mart_reactivation') }}
),

losses as (
    select
        returns.customer_id,
        returns.lost_on,
        returns.mrr_lost,
        cast(
            {{ months_between('returns.lost_on', after_until()) }}
            - case
                when extract(day from returns.lost_on) > extract(day from {{ after_until() }}) then 1
                else 0
            end
            as integer
        ) as months_since_lost
    from returns
    where returns.is_last
),

final as (
    select
        cast(
            row_number() over (order by losses.mrr_lost desc, losses.lost_on desc, losses.customer_id)
            as integer
        ) as win_back_rank,
        losses.customer_id,
        losses.lost_on,
        losses.mrr_lost,
        losses.months_since_lost,
        chances.reactivation_rate as reactivation_rate_from_here
    from losses
    left join chances on losses.months_since_lost = chances.months_since_lost
)

select * from final
