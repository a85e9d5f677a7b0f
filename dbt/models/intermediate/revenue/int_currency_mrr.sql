-- A customer's MRR by plan and currency of the contract between two change points. Read only where rates are
-- dated.
with

pieces as (
    select * from {{ ref('int_recurring_periods') }}
),

ends as (
    select
        customer_id,
        coalesce(plan_id, '(none)') as plan_id,
        currency,
        valid_from as changed_on,
        mrr_in_currency as delta
    from pieces

    union all

    select
        customer_id,
        coalesce(plan_id, '(none)') as plan_id,
        currency,
        valid_to as changed_on,
        -mrr_in_currency as delta
    from pieces
    where valid_to is not null
),

by_day as (
    select
        customer_id,
        plan_id,
        currency,
        changed_on,
        sum(delta) as delta
    from ends
    where changed_on <= {{ until_date() }}
    group by customer_id, plan_id, currency, changed_on
),

final as (
    select
        customer_id,
        plan_id,
        currency,
        changed_on as valid_from,
        lead(changed_on) over (partition by customer_id, plan_id, currency order by changed_on) as valid_to,
        cast(
            sum(delta) over (partition by customer_id, plan_id, currency order by changed_on) as decimal(28, 10)
        ) as mrr_in_currency
    from by_day
)

select * from final
