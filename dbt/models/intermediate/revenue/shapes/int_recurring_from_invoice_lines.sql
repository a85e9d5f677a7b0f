-- A recurring line is worth amount / months(period) over its service period; lines add up.
with

lines as (
    select * from {{ ref('int_invoice_service_lines') }}
),

rates as (
    select * from {{ ref('int_invoice_line_rates') }}
),

final as (
    select
        lines.customer_id,
        lines.subscription_id,
        lines.plan_id,
        coalesce(lines.quantity, 1) as quantity,
        lines.currency,
        case
            when rates.line_id is null
                then cast(lines.amount_cents as {{ wide_integer() }}) * lines.months_denominator
            else {{ if_it_fits('rates.rate_numerator * rates.interval_denominator') }}
        end as monthly_numerator,
        case
            when rates.line_id is null then cast(lines.months_numerator as {{ wide_integer() }})
            else {{ if_it_fits('rates.rate_denominator * rates.interval_numerator') }}
        end as monthly_denominator,
        lines.period_start_on as valid_from,
        lines.counts_until as valid_to,
        lines.end_reason,
        'invoice_lines' as source_table,
        lines.line_id as source_key,
        lines._source_file as source_file,
        lines._source_row as source_row
    from lines
    left join rates
        on lines.line_id = rates.line_id
)

select * from final
