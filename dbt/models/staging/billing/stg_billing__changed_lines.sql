-- depends_on: {{ ref('int_incremental_loads') }}
-- depends_on: {{ ref('stg_billing__loads') }}
-- The invoice lines of which something was loaded since stg_billing__invoice_lines was computed: they, their invoice or their
-- credit note.
{%- set since = load_computed(['stg_billing__invoice_lines']) if execute %}
{{ config(materialized='table') }}

with

final as (
    select distinct line_id
    from {{ source('raw', 'invoice_lines') }}
    where
        {{ came_since('_load_id', since) }}
        or invoice_id in (
            select invoice_id
            from {{ source('raw', 'invoices') }}
            where {{ came_since('_load_id', since) }}
        )
        or invoice_id in (
            select notes.invoice_id
            from {{ source('raw', 'credit_notes') }} as notes
            where {{ came_since('notes._load_id', since) }}
        )
        or invoice_id in (
            select credit_note_id
            from {{ source('raw', 'credit_notes') }}
            where {{ came_since('_load_id', since) }} or invoice_id in (
                select invoices.invoice_id
                from {{ source('raw', 'invoices') }} as invoices
                where {{ came_since('invoices._load_id', since) }}
            )
        )
)

select * from final
