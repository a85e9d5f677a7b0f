with

source as (
    {{ newest_version('invoice_lines', ['invoice_id', 'line_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

final as (
    select
        source.line_id,
        source.invoice_id,
        source.invoice_status,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.subscription_id,
        source.item_id,
        source.plan_id,
        source.credited_line_id,
        source.kind,
        source.quantity,
        source.amount,
        source.discount_included,
        source.in_minor_units,
        source.counts_thousandths,
        upper(source.currency) as currency,
        source.period_start_at,
        source.period_end_at,
        {{ local_date('source.period_start_at') }} as period_start_on,
        {{ local_date('source.period_end_at') }} as period_end_on,
        coalesce(source.is_proration, false) as is_proration,
        source.is_proration is not null as is_proration_told,
        source.issued_at,
        source.paid_at,
        source._load_id,
        source._source_file,
        source._source_row
    from source
    left join customer_ids
        on source.customer_id = customer_ids.customer_id_as_given
)

select * from final
