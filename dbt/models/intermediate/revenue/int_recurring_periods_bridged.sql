-- Pieces in the currency of the contract, with short gaps filled: in a gap the customer keeps what held the
-- day before it.
with

pieces as (
    select * from {{ ref('int_recurring_periods_in_currency') }}
)

{%- if var('bridge_gap_days') > 0 %},

gaps as (
    select * from {{ ref('int_bridged_gaps') }}
),

bridges as (
    select
        pieces.customer_id,
        pieces.subscription_id,
        pieces.plan_id,
        pieces.quantity,
        pieces.currency,
        pieces.monthly_numerator,
        pieces.monthly_denominator,
        gaps.valid_from,
        gaps.valid_to,
        pieces.end_reason,
        pieces.source_table,
        pieces.source_key,
        pieces.source_file,
        pieces.source_row
    from gaps
    inner join pieces
        on
            gaps.customer_id = pieces.customer_id
            and gaps.valid_from > pieces.valid_from
            and (pieces.valid_to is null or gaps.valid_from <= pieces.valid_to)
),

final as (
    select * from pieces

    union all

    select * from bridges
)
{%- else %},

final as (
    select * from pieces
)
{%- endif %}

select * from final
