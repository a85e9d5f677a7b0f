with

scored as (
    select * from {{ ref('int_scored_customers') }}
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

payments as (
    select * from {{ ref('stg_billing__payments') }}
),

movements as (
    select * from {{ ref('fct_mrr_movements') }}
),

signs as (
    select
        scored.score_on,
        scored.customer_id,
        1 as cancel_requested,
        0 as failed_payments_35,
        0 as contractions_90,
        cast(null as date) as first_new_on
    from scored
    inner join subscriptions
        on
            scored.customer_id = subscriptions.customer_id
            and subscriptions.cancel_requested_on < scored.score_on
            and coalesce(subscriptions.ended_on, scored.score_on) >= scored.score_on

    union all

    select
        scored.score_on,
        scored.customer_id,
        0 as cancel_requested,
        1 as failed_payments_35,
        0 as contractions_90,
        cast(null as date) as first_new_on
    from scored
    inner join payments
        on
            scored.customer_id = payments.customer_id
            and payments.status = 'failed'
            and payments.attempted_on < scored.score_on
            and payments.attempted_on >= {{ add_days('scored.score_on', -35) }}

    union all

    select
        scored.score_on,
        scored.customer_id,
        0 as cancel_requested,
        0 as failed_payments_35,
        case
            when
                movements.movement_type = 'contraction'
                and movements.movement_on >= {{ add_days('scored.score_on', -90) }}
                then 1
            else 0
        end as contractions_90,
        case when movements.movement_type = 'new' then movements.movement_on end as first_new_on
    from scored
    inner join movements
        on
            scored.customer_id = movements.customer_id
            and movements.movement_type in ('new', 'contraction')
            and movements.movement_on < scored.score_on
),

final as (
    select
        score_on,
        customer_id,
        max(cancel_requested) as cancel_requested,
        cast(sum(failed_payments_35) as integer) as failed_payments_35,
        cast(sum(contractions_90) as integer) as contractions_90,
        min(first_new_on) as first_new_on
    from signs
    group by score_on, customer_id
)

select * from final
