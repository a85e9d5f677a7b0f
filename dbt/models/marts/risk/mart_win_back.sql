-- Lost customers by MRR lost, each with the share of others who came back after as long.
with

movements as (
    select
        *,
        row_number() over (partition by customer_id order by movement_on desc) as place
    from {{ ref('int_mrr_movements') }}
    where movement_type in ('churn', 'reactivation')
),

chances as (
    select * from {{ ref('mart_reactivation') }}
),

losses as (
    select
        customer_id,
        movement_on as lost_on,
        {{ money('-amount') }} as mrr_lost,
        cast(
            {{ months_between('movement_on', after_until()) }}
            - case when extract(day from movement_on) > extract(day from {{ after_until() }}) then 1 else 0 end
            as integer
        ) as months_since_lost
    from movements
    where place = 1 and movement_type = 'churn'
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
