-- Both days are exclusive ends, as everywhere: what counts is the end of the day before them.
with

causes as (
    select * from {{ ref('int_span_causes') }}
),

left_out as (
    select * from {{ ref('int_left_out') }}
),

final as (
    select
        causes.opening_on,
        causes.closing_on,
        causes.customer_id,
        causes.cause,
        causes.amount,
        left_out.customer_id is null as is_counted
    from causes
    left join left_out
        on
            causes.opening_on = left_out.opening_on
            and causes.closing_on = left_out.closing_on
            and causes.customer_id = left_out.customer_id
)

select * from final
