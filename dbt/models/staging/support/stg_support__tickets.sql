-- A table, not a view: read by many models.
{{ config(materialized='table') }}

with

source as (

    {{ newest_version('tickets', ['ticket_id']) }}

),

-- some vendors keep the times of a ticket in a file of their own
metrics as (

    {{ newest_version('ticket_metrics', ['ticket_id']) }}

),

customer_ids as (

    select * from {{ ref('stg_billing__customer_ids') }}

),

joined as (

    select
        source.ticket_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.organization_id,
        source.user_id,
        source.created_at,
        coalesce(source.first_response_at, metrics.first_response_at) as first_response_at,
        coalesce(source.solved_at, metrics.solved_at) as solved_at,
        source.status,
        source.channel,
        source.priority,
        source.category,
        coalesce(source.is_complaint, false) as is_complaint,
        coalesce(source.reopens, metrics.reopens, 0) as reopens,
        source._source_file,
        source._source_row,
        source._load_id
    from source
    left join metrics on source.ticket_id = metrics.ticket_id
    left join customer_ids on source.customer_id = customer_ids.customer_id_as_given

),

final as (

    select
        *,
        {{ local_date('created_at') }} as created_on,
        {{ local_date('first_response_at') }} as first_response_on,
        {{ local_date('solved_at') }} as solved_on,
        -- solved without an instant: it waits for nobody, and no more is known
        {{ local_date("coalesce(
            first_response_at, solved_at, case when lower(status) in ('solved', 'closed', 'resolved') then created_at end
        )") }} as answered_on
    from joined

)

select * from final
