-- What the company wrote first and nobody answered asks for nothing: it is no ticket.
with

source as (
    {{ newest_version('tickets', ['ticket_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

final as (
    select
        source.ticket_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.organization_id,
        source.user_id,
        source.created_at,
        {{ local_date('source.created_at') }} as created_on,
        source.first_response_at,
        source.solved_at,
        {{ label('source.status') }} as status,
        {{ label('source.channel') }} as channel,
        {{ label('source.priority') }} as priority,
        {{ label('source.category') }} as category,
        source.is_complaint,
        source.reopens,
        source._source_file,
        source._source_row,
        source._load_id
    from source
    left join customer_ids on source.customer_id = customer_ids.customer_id_as_given
    where not coalesce(source.is_outbound, false)
)

select * from final
