-- Change points: what begins or ends on a day, per customer, subscription and plan. Never a row per customer
-- and day. With dated rates a day stays even if nothing is left of it: a rate and the customer may have
-- undone each other.
{{ kept_by_customer_to_date(reads=['int_recurring_periods']) }}

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

final as (
    select
        customer_id,
        subscription_id,
        plan_id,
        changed_on,
        {{ money('sum(delta)') }} as delta
    from ends
    where changed_on <= {{ until_date() }}
    group by customer_id, subscription_id, plan_id, changed_on
    {%- if not has_dated_rates() %}
    having sum(delta) <> 0
    {%- endif %}
)

select * from final
