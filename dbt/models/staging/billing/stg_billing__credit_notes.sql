{{ config(materialized='table') }}

with

source as (
    {{ newest_version('credit_notes', ['credit_note_id']) }}
),

invoices as (
    {{ newest_version('invoices', ['invoice_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

completed as (
    select
        {{ all_but(['customer_id', 'currency'], 'source') }},
        coalesce(source.customer_id, invoices.customer_id) as customer_id_as_given,
        upper(coalesce(source.currency, invoices.currency)) as currency
    from source
    left join invoices
        on source.invoice_id = invoices.invoice_id
),

final as (
    select
        completed.credit_note_id,
        coalesce(customer_ids.customer_id, completed.customer_id_as_given) as customer_id,
        completed.invoice_id,
        lower(completed.status) as status,
        completed.reason,
        abs(completed.total) as total,
        completed.currency,
        completed.issued_at,
        {{ local_date('completed.issued_at') }} as issued_on,
        completed._load_id,
        completed._source_file,
        completed._source_row
    from completed
    left join customer_ids
        on completed.customer_id_as_given = customer_ids.customer_id_as_given
)

select * from final
