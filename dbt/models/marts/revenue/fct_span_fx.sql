-- Both days are exclusive ends, as everywhere: what counts is the end of the day before them.
with

customer_spans as (
    select * from {{ ref('int_customer_spans') }}
),

final as (
    select
        opening_on,
        closing_on,
        customer_id,
        fx
    from customer_spans
    where fx <> 0
)

select * from final
