-- The waist: everything recurring is derived from this model and nothing else. Pieces come in the shape that the export has (setting
-- recurring_from), are valued in the reporting currency, not yet rounded (a customer's plan on a day is), and cut where a dated rate
-- changes. An unknown currency keeps its row with no mrr: the test assert_every_currency_has_a_rate names it, nothing vanishes.
-- An invoice line is worth its full amount / months(interval) over its service period; a credit takes away what it takes back.
{%- for model in ['stg_billing__subscriptions', 'int_invoice_service_lines', 'int_invoice_pieces', 'int_invoice_credits'] -%}
    {{ may_read(model) }}
{%- endfor %}
{{ incremental_by_customer(inputs=['int_invoice_service_lines', 'int_invoice_pieces']) }}
{{ fingerprinted_by_day(['valid_from', 'valid_to'], 'customer_id, plan_id, currency, mrr, mrr_in_currency') }}
{%- set terms = 'line_key, full_cents, months_numerator, months_denominator, counts_until, end_reason' %}
{%- set shapes = {
    'subscription_periods': ref('int_recurring_from_subscription_periods'),
    'subscription_items': ref('int_recurring_from_subscription_items'),
} %}

with

{% if var('recurring_from') == 'invoice_lines' -%}
rated as (
    select {{ terms }} from {{ ref('int_invoice_pieces') }}

    union all

    select {{ terms }} from {{ ref('int_invoice_credits') }}
),

given as (
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
    from {{ ref('int_invoice_service_lines') }} as lines
    inner join rated
        on lines.line_key = rated.line_key
),
{%- else -%}
given as (
    select * from {{ shapes[var('recurring_from')] }}
),
{%- endif %}

{% if var('churn_recognition') == 'cancel_request' -%}
{{ ended_when_asked('given') }},
{%- else -%}
ended as (
    select
        *,
        valid_to as ends_on
    from given
),
{%- endif %}

pieces as (
    select
        {{ all_but(['valid_to', 'ends_on', 'end_reason']) }},
        ends_on as valid_to,
        case when ends_on = valid_to then end_reason end as end_reason
    from ended
    where (ends_on is null or valid_from < ends_on) and {{ is_computed('customer_id') }}
),

{% if var('bridge_gap_days') > 0 -%}
{{ bridged('pieces') }},

{% endif -%}
rates as (
    select * from {{ ref('int_currency_rates') }}
),

final as (
    select
        pieces.customer_id,
        pieces.subscription_id,
        pieces.plan_id,
        pieces.quantity,
        {{ if_it_fits(exact_amount(
            'pieces.monthly_numerator * rates.rate_numerator',
            'pieces.monthly_denominator * rates.rate_denominator'
        )) }} as mrr,
        greatest(pieces.valid_from, rates.valid_from) as valid_from,
        least(pieces.valid_to, rates.valid_to) as valid_to,
        pieces.currency,
        {{ if_it_fits(exact_amount('pieces.monthly_numerator', 'pieces.monthly_denominator')) }} as mrr_in_currency,
        case
            when rates.valid_to is null or pieces.valid_to <= rates.valid_to then pieces.end_reason
        end as end_reason,
        pieces.source_table,
        pieces.source_key,
        pieces.source_file,
        pieces.source_row
    from {{ 'bridged' if var('bridge_gap_days') > 0 else 'pieces' }} as pieces
    left join rates
        on
            pieces.currency = rates.currency
            and {{ or_never('pieces.valid_to') }} > rates.valid_from
            and pieces.valid_from < {{ or_never('rates.valid_to') }}
)

select * from final
