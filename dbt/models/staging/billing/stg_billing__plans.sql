with

source as (
    {{ newest_version('plans', ['plan_id']) }}
),

final as (
    select
        plan_id,
        product,
        {{ label('plan_name') }} as plan_name,
        unit_amount,
        upper(currency) as currency,
        {{ adapter.quote('interval') }} as billing_interval,
        coalesce(interval_count, 1) as interval_count,
        tier,
        usage,
        pricing,
        tax_behavior,
        _load_id,
        _source_file,
        _source_row
    from source
)

select * from final
