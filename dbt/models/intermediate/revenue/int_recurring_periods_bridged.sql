-- Pieces in the currency of the contract, with short gaps filled: in a gap the customer keeps what held the
-- day before it, and nothing begins before it is over.
with

pieces as (
    select * from {{ ref('int_recurring_periods_in_currency') }}
)

{%- if var('bridge_gap_days') > 0 %},

gaps as (
    select * from {{ ref('int_bridged_gaps') }}
),

bridged as (
    select
        pieces.* exclude (valid_from, valid_to),
        coalesce(begun.valid_to, pieces.valid_from) as valid_from,
        coalesce(ended.valid_to, pieces.valid_to) as valid_to
    from pieces
    left join gaps as begun
        on
            pieces.customer_id = begun.customer_id
            and pieces.valid_from >= begun.valid_from
            and pieces.valid_from < begun.valid_to
    left join gaps as ended
        on
            pieces.customer_id = ended.customer_id
            and pieces.valid_to >= ended.valid_from
            and pieces.valid_to <= ended.valid_to
),

final as (
    select * from bridged
    where valid_to is null or valid_from < valid_to
)
{%- else %},

final as (
    select * from pieces
)
{%- endif %}

select * from final
