-- What each line that is no credit bills for a whole interval, and until when.
{{ incremental_by_customer(inputs=['int_invoice_full_lines', 'int_invoice_parts', 'int_invoice_part_candidates']) }}

with

full_lines as (
    select * from {{ ref('int_invoice_full_lines') }}
    where {{ is_computed('customer_id') }}
),

-- The rate of the largest tax that full lines of a contract tell: that of a small part is rounded.
told as (
    select
        contract_key,
        tax_permille,
        row_number() over (partition by contract_key order by tax_cents desc, tax_permille) as place
    from full_lines
    where tax_cents > 0
),

parts as (
    select
        {{ all_but(['tax_permille'], 'parts') }},
        rates.full_cents,
        coalesce(told.tax_permille, parts.tax_permille) as tax_permille
    from {{ ref('int_invoice_parts') }} as parts
    left join {{ ref('int_invoice_part_rates') }} as rates
        on parts.line_key = rates.line_key
    left join told
        on
            parts.contract_key = told.contract_key
            and abs({{ tax_inside('parts.amount_cents', 'told.tax_permille') }} - parts.tax_cents) <= 1
            and parts.tax_cents > 0
            and told.place = 1
    where {{ is_computed('parts.customer_id') }}
),

-- A part of no known amount, by what the line says or by its dates: the roundest that rounds to what was billed.
-- Otherwise its dates are whole intervals.
rated as (
    select
        *,
        full_cents is not null as is_known,
        has_interval and (
            full_cents is not null
            or is_proration
            or (not is_about_whole and (plan_numerator is not null or place = 3))
        ) as is_part,
        {{ if_it_fits(roundest_full('amount_cents', 'utc_part', 'utc_whole')) }} as guessed_cents
    from parts
),

-- What is charged for a whole interval, with the tax that its price includes.
charged as (
    {%- set columns = [
        'line_key', 'invoice_id', 'customer_id', 'contract_key', 'plan_key', 'product', 'kind', 'quantity', 'period_start_at',
        'period_end_at', 'period_start_on', 'period_end_on', 'counts_until', 'end_reason', 'utc_part', 'utc_whole', 'wall_whole',
        'day_whole',
    ] %}
    select
        {{ columns | join(', ') }},
        full_cents as taxed_cents,
        tax_cents,
        months_numerator,
        months_denominator,
        true as is_known,
        may_be_discounted
    from full_lines

    union all

    select
        {{ columns | join(', ') }},
        case when is_part then coalesce(full_cents, guessed_cents) else amount_cents end as taxed_cents,
        case when is_part then {{ tax_inside('coalesce(full_cents, guessed_cents)', 'tax_permille') }} else tax_cents end as tax_cents,
        case when is_part then interval_numerator else months_numerator end as months_numerator,
        case when is_part then interval_denominator else months_denominator end as months_denominator,
        is_known,
        coalesce(discount_cents > 0, list_cents > full_cents, true) as may_be_discounted
    from rated
),

{% if var('discounts') == 'lasting_only' -%}
{{ lasting('charged', 'full_lines') }},

{% endif -%}
final as (
    select
        {{ all_but(['taxed_cents', 'tax_cents', 'counts_until', 'end_reason'], 'pieces') }},
        pieces.taxed_cents,
        pieces.taxed_cents - pieces.tax_cents as full_cents,
        least(pieces.counts_until, replacements.replaced_on) as counts_until,
        case when coalesce(replacements.replaced_on >= pieces.counts_until, true) then pieces.end_reason end as end_reason
    from {{ 'lasting' if var('discounts') == 'lasting_only' else 'charged' }} as pieces
    left join {{ ref('int_invoice_replacements') }} as replacements
        on pieces.line_key = replacements.line_key
)

select * from final
