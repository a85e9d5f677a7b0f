-- The waist: everything recurring is derived from this model and nothing else. Pieces come in the shape that the export has (setting
-- recurring_from), are valued in the reporting currency, not yet rounded (a customer's plan on a day is), and cut where a dated rate
-- changes. An unknown currency keeps its row with no mrr: the test assert_every_currency_has_a_rate names it, nothing vanishes.
{{ may_read('stg_billing__subscriptions') }}
{{ incremental_by_customer(inputs=['int_invoice_service_lines', 'int_invoice_pieces']) }}
{{ fingerprinted_by_day(['valid_from', 'valid_to'], 'customer_id, plan_id, currency, mrr, mrr_in_currency') }}
{%- set shapes = {
    'subscription_periods': ref('int_recurring_from_subscription_periods'),
    'subscription_items': ref('int_recurring_from_subscription_items'),
    'invoice_lines': ref('int_recurring_from_invoice_lines'),
} %}

with

given as (
    select * from {{ shapes[var('recurring_from')] }}
),

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
        customer_id,
        subscription_id,
        plan_id,
        quantity,
        currency,
        monthly_numerator,
        monthly_denominator,
        valid_from,
        ends_on as valid_to,
        case when ends_on = valid_to then end_reason end as end_reason,
        source_table,
        source_key,
        source_file,
        source_row
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
