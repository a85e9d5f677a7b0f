-- The source row that leads each movement. What begins that day says the new value, so it comes before what
-- ends; where nothing begins (churn, a piece that runs out) it is the piece that ended.
{{ incremental_by_customer_to_date(inputs=['int_recurring_periods', 'int_mrr_changes']) }}

with

movements as (
    select distinct
        customer_id,
        movement_on,
        subscription_id,
        plan_id
    from {{ ref('int_mrr_movements') }}
    where {{ is_computed('customer_id') }}
),

pieces as (
    select
        *,
        coalesce(subscription_id, '(none)') as known_subscription,
        coalesce(plan_id, '(none)') as known_plan
    from {{ ref('int_recurring_periods') }}
    where mrr <> 0 and {{ is_computed('customer_id') }}
),

candidates as (
    {%- for end, place in [('valid_from', 1), ('valid_to', 2)] %}
    select
        movements.customer_id,
        movements.movement_on,
        {{ place }} as place,
        pieces.mrr,
        pieces.source_table,
        pieces.source_key,
        pieces.source_file,
        pieces.source_row
    from movements
    inner join pieces
        on
            movements.customer_id = pieces.customer_id
            and movements.movement_on = pieces.{{ end }}
            and coalesce(movements.subscription_id, '(none)') = pieces.known_subscription
            and movements.plan_id = pieces.known_plan
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

ranked as (
    select
        *,
        row_number() over (
            partition by customer_id, movement_on
            order by place, abs(mrr) desc, mrr desc, source_key, source_file, source_row
        ) as preference
    from candidates
),

final as (
    select
        customer_id,
        movement_on,
        source_table,
        source_key,
        source_file,
        source_row
    from ranked
    where preference = 1
)

select * from final
