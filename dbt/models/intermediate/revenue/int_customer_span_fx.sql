-- What exchange rates did to a customer between the two ends of a span: the sum of his fx movements in it.
-- Read only where rates are dated.
with

spans as (
    select * from {{ ref('int_spans') }}
),

movements as (
    select * from {{ ref('int_customer_movements') }}
    where fx <> 0
),

final as (
    select
        spans.opening_on,
        spans.closing_on,
        movements.customer_id,
        {{ money('sum(movements.fx)') }} as fx
    from spans
    inner join movements
        on
            spans.opening_on <= movements.movement_on
            and spans.closing_on > movements.movement_on
    group by spans.opening_on, spans.closing_on, movements.customer_id
)

select * from final
