{{ incremental_by_customer_to_date(inputs=['int_recurring_periods', 'int_mrr_changes', 'int_piece_terms']) }}

with

movements as (
    select * from {{ ref('int_mrr_movements') }}
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

-- The source row that leads a movement. What begins that day says the new value, so it comes before what ends; where nothing begins
-- (churn, a piece that runs out) it is the piece that ended.
sources as (
    select
        *,
        row_number() over (
            partition by customer_id, movement_on
            order by place, abs(mrr) desc, mrr desc, source_key, source_file, source_row
        ) as preference
    from candidates
),

changes as (
    select
        customer_id,
        movement_on as opening_on,
        {{ add_days('movement_on', 1) }} as closing_on,
        amount as change
    from movements
    where movement_type in ('expansion', 'contraction')
),

{{ causes_of('changes') }},

causes as (
    select
        customer_id,
        opening_on as movement_on,
        concat_ws(
            ', '
            {%- for cause in ['plan', 'add_on', 'quantity', 'price', 'commitment', 'discount'] %},
            max(case when cause = '{{ cause }}' then '{{ cause }}' end)
            {%- endfor %}
        ) as cause
    from changes_by_cause
    group by customer_id, opening_on
),

final as (
    select
        movements.customer_id,
        movements.movement_on,
        movements.movement_type,
        movements.amount,
        movements.mrr_before,
        movements.mrr_after,
        movements.subscription_id,
        movements.plan_id,
        cast(sources.source_table as {{ dbt.type_string() }}) as source_table,
        sources.source_key,
        sources.source_file,
        sources.source_row,
        case when movements.movement_type in ('expansion', 'contraction') then causes.cause end as cause
    from movements
    left join sources
        on
            movements.customer_id = sources.customer_id
            and movements.movement_on = sources.movement_on
            and sources.preference = 1
    left join causes
        on
            movements.customer_id = causes.customer_id
            and movements.movement_on = causes.movement_on
)

select * from final
