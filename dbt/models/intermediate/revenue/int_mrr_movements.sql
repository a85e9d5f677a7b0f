-- The change of a customer's MRR on a day, split into what exchange rates did and what the customer did.
{{ may_read('int_recurring_periods') }}
{{ may_read('int_currency_rates') }}
{{ config(materialized='table') }}

with

customer_days as (
    select
        customer_id,
        valid_from as movement_on,
        coalesce(lag(mrr) over (partition by customer_id order by valid_from), 0) as mrr_before,
        mrr as mrr_after,
        coalesce(
            max(mrr) over (partition by customer_id order by valid_from rows between unbounded preceding and 1 preceding), 0
        ) > 0 as ever_active_before
    from {{ ref('int_customer_mrr') }}
),

{% if has_dated_rates() -%}
-- A movement compares the end of its day with that of the day before.
rate_days as (
    select distinct
        valid_from as opening_on,
        {{ add_days('valid_from', 1) }} as closing_on
    from {{ ref('int_currency_rates') }}
    where valid_from <= {{ until_date() }}
),

{{ fx_between('rate_days') }},

{% endif -%}
movements as (
    select
        customer_days.*,
        {% if has_dated_rates() -%}
        -- both ends are valued at the rates of the day before: who was nothing before, or is after, has no fx
        case
            when customer_days.mrr_before > 0 and customer_days.mrr_after > 0 and customer_days.mrr_after - fx.fx > 0 then fx.fx
            else 0
        end
        {%- else -%}
        cast(0 as decimal(18, 2))
        {%- endif %} as fx
    from customer_days
    {%- if has_dated_rates() %}
    left join fx
        on customer_days.customer_id = fx.customer_id and customer_days.movement_on = fx.opening_on
    {%- endif %}
),

by_rates as (
    select
        customer_id,
        movement_on,
        'fx' as movement_type,
        mrr_after - fx as mrr_before,
        mrr_after
    from movements
    where fx <> 0
),

by_customer as (
    select
        customer_id,
        movement_on,
        case
            when mrr_before = 0 and ever_active_before then 'reactivation'
            when mrr_before = 0 then 'new'
            when mrr_after = 0 then 'churn'
            when mrr_after - fx > mrr_before then 'expansion'
            else 'contraction'
        end as movement_type,
        mrr_before,
        mrr_after - fx as mrr_after
    from movements
    where mrr_after - fx <> mrr_before
),

classified as (
    select * from by_rates

    union all

    select * from by_customer
),

-- The piece that changed most that day names the movement's subscription and plan.
leading_changes as (
    select
        customer_id,
        changed_on,
        subscription_id,
        plan_id,
        row_number() over (
            partition by customer_id, changed_on
            order by abs(delta) desc, delta desc, subscription_id, plan_id
        ) as place
    from {{ ref('int_mrr_changes') }}
),

final as (
    select
        classified.customer_id,
        classified.movement_on,
        cast(classified.movement_type as {{ dbt.type_string() }}) as movement_type,
        {{ money('classified.mrr_after - classified.mrr_before') }} as amount,
        {{ money('classified.mrr_before') }} as mrr_before,
        {{ money('classified.mrr_after') }} as mrr_after,
        leading_changes.subscription_id,
        leading_changes.plan_id
    from classified
    left join leading_changes
        on
            classified.customer_id = leading_changes.customer_id
            and classified.movement_on = leading_changes.changed_on
            and leading_changes.place = 1
)

select * from final
