-- A table, not a view: read by many models.
{{ config(materialized='table') }}

with

source as (
    {{ newest_version('credit_notes', ['credit_note_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

final as (
    select
        source.credit_note_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.invoice_id,
        lower(source.status) as status,
        source.reason,
        abs(source.total) as total,
        upper(source.currency) as currency,
        source.issued_at,
        {{ local_date('source.issued_at') }} as issued_on,
        source._load_id,
        source._source_file,
        source._source_row
    from source
    left join customer_ids
        on source.customer_id = customer_ids.customer_id_as_given
)

select * from final
