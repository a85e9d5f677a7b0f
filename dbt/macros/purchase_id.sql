{# What one purchase is, is a setting: everything bought on one day, or each order by itself. #}
{% macro purchase_id() -%}
    {%- if var('same_day_orders_are_one') -%}
        {{ dbt.concat(["customer_id", "'|'", "cast(purchased_on as " ~ dbt.type_string() ~ ")"]) }}
    {%- else -%}
        {{ dbt.concat(["customer_id", "'|'", "document_id"]) }}
    {%- endif -%}
{%- endmacro %}

{# Condition: an order in this state was paid for and stands; a state that says nothing of it does. #}
{% macro counts_as_purchase(status) -%}
    ({{ order_state(status) }} not in {{ order_states('undone') }} and {{ order_state(status) }} not like 'cancel%')
{%- endmacro %}

{# What a shop calls the state of an order, in one spelling. #}
{% macro order_state(status) -%}
    replace({{ one_spelling("coalesce(" ~ status ~ ", '')") }}, 'wc_', '')
{%- endmacro %}

{# The names of one kind of state of an order, as a list in SQL. #}
{% macro order_states(kind) -%}
    {%- set kinds = {
        'undone': [
            'expired', 'refunded', 'unpaid', 'voided', 'void', 'pending', 'authorized', 'pending_payment', 'payment_pending',
            'awaiting_payment', 'failed', 'declined', 'abandoned', 'draft', 'on_hold', 'holded', 'incomplete', 'checkout_draft',
            'auto_draft', 'trash', 'payment_review', 'fraud', 'rejected', 'denied', 'returned', 'chargeback', 'charged_back', 'reversed',
            'annulled', 'test', 'deleted',
        ],
        'done': [
            '', 'complete', 'completed', 'paid', 'partially_paid', 'partially_refunded', 'partially_returned', 'fulfilled', 'unfulfilled',
            'partially_fulfilled', 'partial', 'shipped', 'partially_shipped', 'dispatched', 'in_transit', 'delivered', 'picked_up',
            'processing', 'in_progress', 'open', 'new', 'placed', 'confirmed', 'accepted', 'approved', 'invoiced', 'captured', 'settled',
            'succeeded', 'success', 'ready', 'closed', 'archived', 'finished', 'done', 'active',
        ],
    } -%}
    ('{{ kinds[kind] | join("', '") }}')
{%- endmacro %}
