with

source as (
    {{ newest_version('disputes', ['dispute_id']) }}
),

final as (
    select
        dispute_id,
        payment_id,
        lower(status) as status,
        nullif(amount, 0) as amount,
        upper(currency) as currency,
        _load_id,
        _source_file,
        _source_row
    from source
)

select * from final
