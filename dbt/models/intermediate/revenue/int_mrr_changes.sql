-- Change points: what begins or ends on a day, per customer and plan, rounded once. Never a row per customer
-- and day. With dated rates a day stays even if nothing is left of it: a rate and the customer may have
-- undone each other.
{{ incremental_by_customer_to_date(inputs=['int_recurring_periods']) }}
{{ fingerprinted_by_day(['changed_on'], 'customer_id, subscription_id, plan_id, delta') }}

with

pieces as (
    select * from {{ ref('int_recurring_periods') }}
    where mrr <> 0 and {{ is_computed('customer_id') }}
),

ends as (
    select
        customer_id,
        subscription_id,
        coalesce(plan_id, '(none)') as plan_id,
        valid_from as changed_on,
        mrr as delta
    from pieces

    union all

    select
        customer_id,
        subscription_id,
        coalesce(plan_id, '(none)') as plan_id,
        valid_to as changed_on,
        -mrr as delta
    from pieces
    where valid_to is not null
),

by_subscription as (
    select
        customer_id,
        subscription_id,
        plan_id,
        changed_on,
        sum(delta) as delta
    from ends
    where changed_on <= {{ until_date() }}
    group by customer_id, subscription_id, plan_id, changed_on
),

-- The subscription that changed most names the change of the plan.
running as (
    select
        *,
        sum(delta) over (partition by customer_id, plan_id order by changed_on) as mrr,
        row_number() over (
            partition by customer_id, plan_id, changed_on
            order by abs(delta) desc, delta desc, subscription_id
        ) as place
    from by_subscription
),

rounded as (
    select
        customer_id,
        subscription_id,
        plan_id,
        changed_on,
        {{ rounded_once('mrr') }} as mrr
    from running
    where place = 1
),

compared as (
    select
        customer_id,
        subscription_id,
        plan_id,
        changed_on,
        {{ money('mrr - coalesce(lag(mrr) over (partition by customer_id, plan_id order by changed_on), 0)') }} as delta
    from rounded
),

final as (
    select * from compared
    {%- if not has_dated_rates() %}
    where delta <> 0
    {%- endif %}
)

select * from final
