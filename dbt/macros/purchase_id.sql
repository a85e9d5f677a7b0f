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
    replace(replace(lower(trim(coalesce({{ status }}, ''))), ' ', '_'), '-', '_') not in (
        'cancelled', 'canceled', 'expired', 'refunded', 'unpaid', 'voided', 'void', 'pending', 'authorized',
        'pending_payment', 'payment_pending', 'awaiting_payment', 'failed', 'declined', 'abandoned', 'draft', 'on_hold', 'holded',
        'incomplete', 'checkout_draft', 'auto_draft', 'trash', 'payment_review', 'fraud', 'rejected', 'denied'
    )
{%- endmacro %}
