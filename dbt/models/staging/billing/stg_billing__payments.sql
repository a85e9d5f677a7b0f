-- A table, not a view: read by many models.
{{ config(materialized='table') }}
{{ fingerprinted_by_day(['attempted_on'], 'customer_id', where="status = 'failed'") }}

with

source as (
    {{ newest_version('payments', ['payment_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

final as (
    select
        source.payment_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.invoice_id,
        source.intent_id,
        source.status,
        source.failure_code,
        source.amount,
        coalesce(source.refunded_amount, 0) as refunded_amount,
        upper(source.currency) as currency,
        source.attempted_at,
        {{ local_date('source.attempted_at') }} as attempted_on,
        source._load_id,
        source._source_file,
        source._source_row
    from source
    left join customer_ids
        on source.customer_id = customer_ids.customer_id_as_given
)

select * from final
