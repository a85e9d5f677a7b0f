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

ticket_tags as (
    {{ newest_version('ticket_tags', ['ticket_id', 'tag']) }}
),

tags as (
    {{ newest_version('tags', ['tag_id']) }}
),

replies as (
    {{ newest_version('ticket_replies', ['reply_id']) }}
),

users as (
    {{ newest_version('users', ['user_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

complaints as (
    select distinct ticket_tags.ticket_id
    from ticket_tags
    left join tags on ticket_tags.tag = tags.tag_id
    where lower(coalesce(tags.name, ticket_tags.tag)) = 'complaint'
),

-- what an agent wrote for the customer to read, after the ticket was opened
first_replies as (
    select
        replies.ticket_id,
        min(replies.replied_at) as replied_at
    from replies
    inner join source on replies.ticket_id = source.ticket_id
    left join users on replies.user_id = users.user_id
    where
        coalesce(replies.is_public, true)
        and coalesce(replies.by_agent, users.is_agent, false)
        and replies.replied_at > source.created_at
    group by replies.ticket_id
),

joined as (
    select
        source.ticket_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.organization_id,
        source.user_id,
        source.created_at,
        coalesce(source.first_response_at, metrics.first_response_at, first_replies.replied_at) as first_response_at,
        coalesce(source.solved_at, metrics.solved_at) as solved_at,
        {{ label('source.status') }} as status,
        {{ label('source.channel') }} as channel,
        {{ label('source.priority') }} as priority,
        {{ label('source.category') }} as category,
        coalesce(source.is_complaint, complaints.ticket_id is not null) as is_complaint,
        coalesce(source.reopens, metrics.reopens, 0) as reopens,
        source._source_file,
        source._source_row,
        source._load_id
    from source
    left join metrics on source.ticket_id = metrics.ticket_id
    left join complaints on source.ticket_id = complaints.ticket_id
    left join first_replies on source.ticket_id = first_replies.ticket_id
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
