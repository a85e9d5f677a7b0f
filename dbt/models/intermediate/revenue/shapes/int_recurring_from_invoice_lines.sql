-- A recurring line is worth its full amount / months(interval) over its service period; a credit takes away
-- what it takes back. Lines add up.
with

lines as (
    select * from {{ ref('int_invoice_service_lines') }}
),

rated as (
    select
        line_key,
        full_cents,
        months_numerator,
        months_denominator,
        counts_until,
        end_reason
    from {{ ref('int_invoice_pieces') }}

    union all

    select
        line_key,
        full_cents,
        months_numerator,
        months_denominator,
        counts_until,
        cast(null as {{ dbt.type_string() }}) as end_reason
    from {{ ref('int_invoice_credits') }}
),

final as (
    select
        lines.customer_id,
        lines.subscription_id,
        lines.plan_id,
        coalesce(lines.quantity, 1) as quantity,
        lines.currency,
        cast(rated.full_cents as {{ wide_integer() }}) * rated.months_denominator as monthly_numerator,
        cast(rated.months_numerator as {{ wide_integer() }}) as monthly_denominator,
        lines.period_start_on as valid_from,
        rated.counts_until as valid_to,
        rated.end_reason,
        'invoice_lines' as source_table,
        lines.line_key as source_key,
        lines._source_file as source_file,
        lines._source_row as source_row
    from lines
    inner join rated
        on lines.line_key = rated.line_key
)

select * from final
