with

source as (
    {{ newest_version('subscription_items', ['item_id', 'valid_from_at']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

final as (
    select
        source.item_id,
        source.subscription_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.plan_id,
        coalesce(source.quantity, 1) as quantity,
        source.unit_amount,
        upper(source.currency) as currency,
        source.{{ adapter.quote('interval') }} as billing_interval,
        source.interval_count,
        coalesce(source.discount, 0) as discount,
        {{ local_date('source.valid_from_at') }} as valid_from_on,
        {{ local_date(end_after_last_moment('source.valid_from_at', 'source.valid_to_at')) }} as valid_to_on,
        source.valid_from_at,
        source._load_id,
        source._source_file,
        source._source_row
    from source
    left join customer_ids
        on source.customer_id = customer_ids.customer_id_as_given
)

select * from final
