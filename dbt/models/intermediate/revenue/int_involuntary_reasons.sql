-- Cancellation reasons that say the customer did not want to leave, as vendors write them, in lower case and with
-- underscores between their words.
{%- set reasons = [
    'billing_info_missing', 'card_declined', 'card_expired', 'declined', 'delinquent', 'dunning', 'expired_card',
    'fraud_review_failed', 'insufficient_funds', 'involuntary', 'no_card', 'non_payment', 'nonpayment', 'nonpayment_gateway',
    'not_paid', 'past_due', 'payment_declined', 'payment_disputed', 'payment_failed', 'payment_failure',
    'payment_method_expired', 'trial_ended_no_billing_info', 'uncollectible', 'unpaid',
] %}

with

final as (
    {%- for reason in reasons %}
    select '{{ reason }}' as reason{{ ' union all' if not loop.last }}
    {%- endfor %}
)

select * from final
