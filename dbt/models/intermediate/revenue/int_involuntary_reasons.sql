-- Cancellation reasons, in lower case, that say the customer did not want to leave.
{%- set reasons = [
    'involuntary', 'payment_failed', 'payment failed', 'payment_failure', 'payment_disputed', 'non_payment',
    'nonpayment', 'not_paid', 'unpaid', 'no_card', 'card_declined', 'card_expired', 'fraud_review_failed',
] %}

with

final as (
    {%- for reason in reasons %}
    select '{{ reason }}' as reason{{ ' union all' if not loop.last }}
    {%- endfor %}
)

select * from final
