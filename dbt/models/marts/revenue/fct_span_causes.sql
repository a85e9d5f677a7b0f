-- Both days are exclusive ends, as everywhere: what counts is the end of the day before them.
with

causes as (
    select * from {{ ref('int_span_causes') }}
),

final as (
    select
        opening_on,
        closing_on,
        customer_id,
        cause,
        amount,
        is_counted
    from causes
)

select * from final
