{{ incremental_by_day(
    days_before='score_on',
    inputs=[
        'int_mrr_changes', 'int_recurring_periods', 'stg_billing__subscriptions', 'stg_billing__payments', 'int_scored_customers',
    ],
    spine='int_score_days',
    unique_key={'score_on': 'score_on'}
) }}

with

scored as (
    select * from {{ ref('int_scored_customers') }} as all_mornings
    where {{ is_missing('all_mornings') }}
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

payments as (
    select * from {{ ref('stg_billing__payments') }}
),

movements as (
    select * from {{ ref('int_mrr_movements') }}
),

first_movements as (
    select
        customer_id,
        min(movement_on) as first_new_on
    from movements
    where movement_type = 'new'
    group by customer_id
),

signals as (
    select
        scored.score_on,
        scored.customer_id,
        1 as cancel_requested,
        0 as failed_payments_35,
        0 as contractions_90
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
        0 as contractions_90
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
        1 as contractions_90
    from scored
    inner join movements
        on
            scored.customer_id = movements.customer_id
            and movements.movement_type = 'contraction'
            and movements.movement_on < scored.score_on
            and movements.movement_on >= {{ add_days('scored.score_on', -90) }}
),

counted as (
    select
        score_on,
        customer_id,
        max(cancel_requested) as cancel_requested,
        cast(sum(failed_payments_35) as integer) as failed_payments_35,
        cast(sum(contractions_90) as integer) as contractions_90
    from signals
    group by score_on, customer_id
),

final as (
    select
        scored.score_on,
        scored.customer_id,
        coalesce(counted.cancel_requested, 0) as cancel_requested,
        coalesce(counted.failed_payments_35, 0) as failed_payments_35,
        coalesce(counted.contractions_90, 0) as contractions_90,
        first_movements.first_new_on
    from scored
    left join counted
        on
            scored.score_on = counted.score_on
            and scored.customer_id = counted.customer_id
    left join first_movements
        on
            scored.customer_id = first_movements.customer_id
            and scored.score_on > first_movements.first_new_on
)

select * from final
