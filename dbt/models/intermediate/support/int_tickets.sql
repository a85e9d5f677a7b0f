-- Tickets with what some vendors keep of them in other tables (times, tags, replies), and with the customer they belong to. A ticket
-- of nobody known has none (the check tickets_belong_to_known_customers names them).
{{ config(materialized='table') }}
{{ fingerprinted_by_day(['created_on', 'answered_on'], 'customer_id, ticket_id') }}

with

tickets as (
    select * from {{ ref('stg_support__tickets') }}
),

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

support_users as (
    select * from {{ ref('stg_support__users') }}
),

ids as (
    select * from {{ ref('int_support_ids') }}
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
    inner join tickets on replies.ticket_id = tickets.ticket_id
    left join support_users on replies.user_id = support_users.user_id
    where
        coalesce(replies.is_public, true)
        and coalesce(replies.by_agent, support_users.is_agent, false)
        and replies.replied_at > tickets.created_at
    group by replies.ticket_id
),

completed as (
    select
        {{ all_but(['customer_id', 'first_response_at', 'solved_at', 'is_complaint', 'reopens'], 'tickets') }},
        tickets.customer_id as customer_id_as_given,
        ids.customer_id,
        coalesce(tickets.first_response_at, metrics.first_response_at, first_replies.replied_at) as first_response_at,
        coalesce(tickets.solved_at, metrics.solved_at) as solved_at,
        coalesce(tickets.is_complaint, complaints.ticket_id is not null) as is_complaint,
        coalesce(tickets.reopens, metrics.reopens, 0) as reopens
    from tickets
    left join metrics on tickets.ticket_id = metrics.ticket_id
    left join complaints on tickets.ticket_id = complaints.ticket_id
    left join first_replies on tickets.ticket_id = first_replies.ticket_id
    left join ids on tickets.ticket_id = ids.id and ids.kind = 'ticket'
),

final as (
    select
        *,
        {{ local_date('first_response_at') }} as first_response_on,
        {{ local_date('solved_at') }} as solved_on,
        -- solved without an instant: it waits for nobody, and no more is known
        {{ local_date("coalesce(
            first_response_at, solved_at, case when lower(status) in ('solved', 'closed', 'resolved') then created_at end
        )") }} as answered_on
    from completed
)

select * from final
