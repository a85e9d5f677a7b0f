-- What each line that is no credit bills for a whole interval; a part, the full amount that it was billed from.
{{ incremental_by_customer(inputs=['int_invoice_full_lines', 'int_invoice_parts', 'int_invoice_part_candidates']) }}

with

full_lines as (
    select * from {{ ref('int_invoice_full_lines') }}
    where {{ is_computed('customer_id') }}
),

parts as (
    select * from {{ ref('int_invoice_parts') }}
    where {{ is_computed('customer_id') }}
),

telling as (
    select distinct contract_key
    from full_lines
    where is_discount_told
),

-- Of the amounts known whose part rounds to what was billed, the one that goes before. Where discounts are told, what has one as the
-- part has goes before what has not. An amount is rounded, a discount and a tax in it too, and so were those in the whole. A proration that tells no discount may
-- have it in its amount: no vendor applies one to a proration again.
{%- set of_tax = ' + case when parts.tax_permille > 0 then 2 else 0 end' %}
fitting as (
    select
        parts.line_key,
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
    inner join {{ ref('int_invoice_part_candidates') }} as candidates
        on parts.line_key = candidates.line_key
    left join telling
        on parts.contract_key = telling.contract_key
    where
        {{ fits(
            'candidates.full_cents',
            'parts.amount_cents',
            'parts',
            'case when candidates.may_be_discounted or parts.discount_cents > 0 then 3 else 1 end' ~ of_tax
        ) }}
        and (
            telling.contract_key is null
            or (parts.is_proration and coalesce(parts.discount_cents, 0) = 0)
            or {{ fits(
                'candidates.undiscounted_cents',
                '(parts.amount_cents + coalesce(parts.discount_cents, 0))',
                'parts',
                '2' ~ of_tax
            ) }}
        )
),

-- A part of no known amount, by what the line says or by its dates: the roundest that rounds to what was billed.
-- Otherwise its dates are whole intervals.
rated as (
    select
        parts.*,
        fitting.full_cents,
        fitting.full_cents is not null as is_known,
        parts.has_interval and (
            fitting.full_cents is not null
            or parts.is_proration
            or (not parts.is_about_whole and (parts.plan_numerator is not null or parts.place = 3))
        ) as is_part,
        {{ if_it_fits(roundest_full('parts.amount_cents', 'parts.utc_part', 'parts.utc_whole')) }} as guessed_cents
    from parts
    left join fitting
        on parts.line_key = fitting.line_key and fitting.place = 1
),

final as (
    {%- set columns = [
        'line_key', 'invoice_id', 'customer_id', 'contract_key', 'plan_key', 'product', 'kind', 'quantity', 'period_start_at',
        'period_end_at', 'period_start_on', 'period_end_on', 'counts_until', 'end_reason', 'utc_part', 'utc_whole', 'wall_whole',
        'day_whole',
    ] %}
    select
        {{ columns | join(', ') }},
        full_cents,
        months_numerator,
        months_denominator,
        true as is_known,
        may_be_discounted
    from full_lines

    union all

    select
        {{ columns | join(', ') }},
        case when is_part then coalesce(full_cents, guessed_cents) else amount_cents end as full_cents,
        case when is_part then interval_numerator else months_numerator end as months_numerator,
        case when is_part then interval_denominator else months_denominator end as months_denominator,
        is_known,
        coalesce(discount_cents > 0, list_cents > full_cents, true) as may_be_discounted
    from rated
)

select * from final
