-- Ratings with the customer who gave them, found like that of a ticket; a rating that names only its ticket is of the ticket's
-- customer. A rating inside its ticket, which has no id of its own, is the one that has a record too.
{{ config(materialized='table') }}

with

ratings as (
    select * from {{ ref('stg_support__ratings') }}
),

tickets as (
    select * from {{ ref('stg_support__tickets') }}
),

recorded as (
    select distinct
        ticket_id,
        kind
    from ratings
    where rating_id <> ticket_id
),

ids as (
    select * from {{ ref('int_support_ids') }}
),

final as (
    select
        {{ all_but(['customer_id'], 'ratings') }},
        coalesce(known.customer_id, of_tickets.customer_id, organizations.customer_id, users.customer_id) as customer_id,
        tickets.channel,
        tickets.category
    from ratings
    left join tickets
        on ratings.ticket_id = tickets.ticket_id
    left join recorded
        on
            ratings.rating_id = recorded.ticket_id
            and ratings.ticket_id = recorded.ticket_id
            and ratings.kind = recorded.kind
    left join ids as known
        on ratings.customer_id = known.id and known.kind = 'customer'
    left join ids as of_tickets
        on ratings.ticket_id = of_tickets.id and of_tickets.kind = 'ticket'
    left join ids as organizations
        on ratings.organization_id = organizations.id and organizations.kind = 'organization'
    left join ids as users
        on ratings.user_id = users.id and users.kind = 'user'
    where recorded.ticket_id is null
)

select * from final
