{# Steps on the way from invoice lines to what they are worth, and to what is asked of them, as CTEs. #}

{#
  CTEs that end in `credits`: lines that give back what was billed for a time, and may take a piece back. Those of no credit note never
  do, unless they are prorations: where nothing is said of that, they are among them.
#}
{% macro credits_for_a_time() -%}
unsaid as (
    select
        lines.*,
        {{ whole_months('lines.period_start_on', 'lines.period_end_on') }} as months
    from {{ ref('int_invoice_line_periods') }} as lines
    inner join {{ ref('stg_billing__invoice_lines') }} as told
        on lines.invoice_id = told.invoice_id and lines.line_id = told.line_id
    where
        lines.kind = 'credit'
        and lines.amount < 0
        and lines.invoice_status in ('paid', 'open', 'uncollectible')
        and lines.subscription_id is not null
        and lines.period_start_on < lines.period_end_on
        and not told.is_proration_told
        and lines.invoice_id not in (select notes.credit_note_id from {{ ref('stg_billing__credit_notes') }} as notes)
),

credits as (
    {%- set columns = 'line_key, invoice_id, currency, period_start_on, counts_until, given_back_cents, months_numerator, months_denominator' %}
    select {{ columns | replace('given_back_cents', 'tax_cents - amount_cents as given_back_cents') }}
    from {{ ref('int_invoice_service_lines') }}
    where kind = 'credit'

    union all

    select
        concat(invoice_id, '/', line_id) as line_key,
        invoice_id,
        currency,
        period_start_on,
        period_end_on as counts_until,
        -{{ cents('amount') }} as given_back_cents,
        coalesce(months, 12 * {{ days_between('period_start_on', 'period_end_on') }}) as months_numerator,
        case when months is null then 365 else 1 end as months_denominator
    from unsaid
)
{%- endmacro %}
