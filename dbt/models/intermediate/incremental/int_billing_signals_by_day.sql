-- What billing learned on each day of customers who may leave, beside their MRR.
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

signals as (
    select
        cancel_requested_on as day,
        {{ row_hash("'asked to cancel', customer_id, subscription_id") }} as row_fingerprint
    from subscriptions

    union all

    select
        ended_on as day,
        {{ row_hash("'ended', customer_id, subscription_id") }} as row_fingerprint
    from subscriptions

    union all

    select
        attempted_on as day,
        {{ row_hash("'payment failed', customer_id") }} as row_fingerprint
    from payments
),

final as (
    select
        day,
        {{ fingerprint('row_fingerprint') }} as fingerprint
    from signals
    where day <= {{ until_date() }}
    group by day
)

select * from final
