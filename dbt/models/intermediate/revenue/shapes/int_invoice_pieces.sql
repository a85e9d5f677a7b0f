-- What each line that is no credit is worth in full, and until when. A later full line of the same product
-- replaces what was there before, from its own beginning; lines of one invoice add up.
{{ kept_by_customer(reads=['int_invoice_full_lines', 'int_invoice_parts', 'int_invoice_part_rates']) }}

with

full_lines as (
    select * from {{ ref('int_invoice_full_lines') }}
    where {{ is_computed('customer_id') }}
),

parts as (
    select
        parts.*,
        rates.full_cents
    from {{ ref('int_invoice_parts') }} as parts
    left join {{ ref('int_invoice_part_rates') }} as rates
        on parts.line_key = rates.line_key
    where {{ is_computed('parts.customer_id') }}
),

-- A part of no known amount: where the line says that it is one, the roundest that rounds to what was billed.
-- Otherwise its dates are all that is known.
rated as (
    select
        *,
        full_cents is not null as is_known,
        has_interval and (full_cents is not null or is_proration) as is_part,
        {{ if_it_fits(roundest_full('amount_cents', 'utc_part', 'utc_whole')) }} as guessed_cents
    from parts
),

pieces as (
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
        coalesce(list_cents > full_cents, true) as may_be_discounted
    from rated
),

replaced as (
    select
        pieces.line_key,
        min(full_lines.period_start_on) as replaced_on
    from pieces
    inner join full_lines
        on
            pieces.contract_key = full_lines.contract_key
            and pieces.product = full_lines.product
            and pieces.invoice_id <> full_lines.invoice_id
            and pieces.period_start_on < full_lines.period_start_on
            and pieces.period_end_on > full_lines.period_start_on
            and (full_lines.is_whole_by_dates or full_lines.period_end_on <> pieces.period_end_on)
    where pieces.kind = 'recurring' and full_lines.kind = 'recurring'
    group by pieces.line_key
),

final as (
    select
        pieces.* exclude (counts_until, end_reason),
        least(pieces.counts_until, replaced.replaced_on) as counts_until,
        case when coalesce(replaced.replaced_on >= pieces.counts_until, true) then pieces.end_reason end as end_reason
    from pieces
    left join replaced
        on pieces.line_key = replaced.line_key
)

select * from final
