-- The full amount that each part was billed from: of those known whose part rounds to what was billed, the one that goes
-- before. Where discounts are told, what has one as the part has goes before what has not.
{{ config(materialized='table') }}

with

parts as (
    select * from {{ ref('int_invoice_parts') }}
),

candidates as (
    select * from {{ ref('int_invoice_part_candidates') }}
),

telling as (
    select distinct contract_key
    from {{ ref('int_invoice_full_lines') }}
    where is_discount_told
),

-- An amount is rounded, a discount in it too, and so was that in the whole. A proration that tells no discount may
-- have it in its amount: no vendor applies one to a proration again.
fitting as (
    select
        parts.line_key,
        parts.customer_id,
        cast(candidates.full_cents as bigint) as full_cents,
        row_number() over (
            partition by parts.line_key
            order by
                case
                    when telling.contract_key is not null and candidates.is_discounted <> (coalesce(parts.discount_cents, 0) > 0)
                        then 1
                    else 0
                end,
                candidates.preference,
                candidates.distance,
                candidates.full_cents
        ) as place
    from parts
    inner join candidates
        on parts.line_key = candidates.line_key
    left join telling
        on parts.contract_key = telling.contract_key
    where
        {{ fits(
            'candidates.full_cents',
            'parts.amount_cents',
            'parts',
            'case when candidates.may_be_discounted or parts.discount_cents > 0 then 3 else 1 end'
        ) }}
        and (
            telling.contract_key is null
            or (parts.is_proration and coalesce(parts.discount_cents, 0) = 0)
            or {{ fits(
                'candidates.undiscounted_cents',
                '(parts.amount_cents + coalesce(parts.discount_cents, 0))',
                'parts',
                '2'
            ) }}
        )
),

final as (
    select
        line_key,
        customer_id,
        full_cents
    from fitting
    where place = 1
)

select * from final
