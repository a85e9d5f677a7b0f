-- The days at whose beginning some span compares customers.
with

spans as (
    select * from {{ ref('int_spans') }}
),

final as (
    select opening_on as on_day from spans

    union

    select closing_on as on_day from spans
)

select * from final
