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
        or invoice_id in ({{ documents_changed_since(since) }})
)

select * from final
