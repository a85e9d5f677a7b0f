with

source as (
    {{ newest_version('disputes', ['dispute_id']) }}
),

final as (
    select
        dispute_id,
        payment_id,
        lower(status) as status,
        _load_id,
        _source_file,
        _source_row
    from source
)

select * from final
