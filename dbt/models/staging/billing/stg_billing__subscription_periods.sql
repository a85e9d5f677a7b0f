with

source as (
    {{ newest_version('subscription_periods', ['subscription_id', 'plan_id', 'valid_from_on']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

final as (
    select
        source.subscription_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.plan_id,
        coalesce(source.quantity, 1) as quantity,
        source.mrr,
        upper(source.currency) as currency,
        source.valid_from_on,
        source.valid_to_on,
        coalesce(source._version_at, source._loaded_at) as version_at,
        source._load_id,
        source._source_file,
        source._source_row
    from source
    left join customer_ids
        on source.customer_id = customer_ids.customer_id_as_given
)

select * from final
