{# Steps on the way from invoice lines to what they are worth, and to what is asked of them, as CTEs. #}

{#
  CTEs that end in `together`: plans of one contract that are no alternatives where no product is told, since they stood on one
  invoice together or one was renewed while the other ran.
  full_lines: the CTE of int_invoice_full_lines.
#}
{% macro plans_that_run_together(full_lines) -%}
unnamed as (
    select
        *,
        {%- for column in ['period_start_on', 'period_end_on'] %}
        lag({{ column }}) over (partition by contract_key, plan_key order by period_start_on, period_end_on) as {{ column }}_before
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ full_lines }}
    where product = '(none)'
),

beside as (
    select
        one.contract_key,
        one.plan_key,
        other.plan_key as other_plan_key
    from unnamed as one
    inner join unnamed as other
        on one.contract_key = other.contract_key and one.plan_key <> other.plan_key
    where
        one.invoice_id = other.invoice_id
        or (
            one.period_end_on_before = one.period_start_on
            and one.period_start_on_before < other.period_start_on
            and one.period_start_on > other.period_start_on
            and one.period_start_on < other.period_end_on
        )
),

together as (
    select * from beside

    union

    select
        contract_key,
        other_plan_key as plan_key,
        plan_key as other_plan_key
    from beside
)
{%- endmacro %}

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
