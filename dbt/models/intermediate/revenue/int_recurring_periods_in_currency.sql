-- The shape the export has (setting recurring_from), in the currency of the contract.
-- With churn_recognition = cancel_request a piece ends on the day its end was asked for.
{%- set shapes = {
    'subscription_periods': ref('int_recurring_from_subscription_periods'),
    'subscription_items': ref('int_recurring_from_subscription_items'),
    'invoice_lines': ref('int_recurring_from_invoice_lines'),
} %}

with

pieces as (
    select * from {{ shapes[var('recurring_from')] }}
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

ended as (
    select
        pieces.*,
        {% if var('churn_recognition') == 'cancel_request' -%}
        least(pieces.valid_to, subscriptions.cancel_requested_on) as ends_on
        {%- else -%}
        pieces.valid_to as ends_on
        {%- endif %}
    from pieces
    left join subscriptions
        on pieces.subscription_id = subscriptions.subscription_id
),

final as (
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
    where ends_on is null or valid_from < ends_on
)

select * from final
