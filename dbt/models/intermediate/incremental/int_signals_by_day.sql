-- What billing, beside MRR, and support learned on each day of customers who may leave.
{{ config(materialized='table') }}

with

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
    where cancel_requested_on is not null
),

payments as (
    select * from {{ ref('stg_billing__payments') }}
    where status = 'failed'
),

bad_experiences as (
    select * from {{ ref('int_bad_experiences') }}
),

tickets as (
    select * from {{ ref('int_tickets') }}
),

contacts as (
    select * from {{ ref('int_contacts') }}
    where is_outbound
),

signals as (
    {%- for source, model, day, signal in [
        ('billing', 'subscriptions', 'cancel_requested_on', "'asked to cancel', customer_id, subscription_id"),
        ('billing', 'subscriptions', 'ended_on', "'ended', customer_id, subscription_id"),
        ('billing', 'payments', 'attempted_on', "'payment failed', customer_id"),
        ('support', 'bad_experiences', 'happened_on', "'bad experience', customer_id"),
        ('support', 'tickets', 'created_on', "'asked', customer_id, ticket_id"),
        ('support', 'tickets', 'answered_on', "'answered', customer_id, ticket_id"),
        ('support', 'contacts', 'contacted_on', "'contacted', customer_id"),
    ] %}
    select
        {{ day }} as day,
        {{ row_hash(signal) }} as row_fingerprint
    from {{ model }}
    where {{ day }} <= {{ until_date(source) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        day,
        {{ fingerprint('row_fingerprint') }} as fingerprint
    from signals
    group by day
)

select * from final
