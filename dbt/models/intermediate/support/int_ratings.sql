-- Ratings with the customer who gave them, found like that of a ticket; a rating that names only its ticket is of the ticket's
-- customer.
with

ratings as (
    select * from {{ ref('stg_support__ratings') }}
),

tickets as (
    select * from {{ ref('int_tickets') }}
),

known as (
    select * from {{ ref('int_known_customers') }}
),

organizations as (
    select * from {{ ref('int_support_organizations') }}
),

users as (
    select * from {{ ref('int_support_users') }}
),

final as (
    select
        ratings.* exclude (customer_id),
        coalesce(known.customer_id, tickets.customer_id, organizations.customer_id, users.customer_id) as customer_id,
        tickets.channel,
        tickets.category
    from ratings
    left join tickets
        on ratings.ticket_id = tickets.ticket_id
    left join known
        on ratings.customer_id = known.customer_id
    left join organizations
        on ratings.organization_id = organizations.organization_id
    left join users
        on ratings.user_id = users.user_id
)

select * from final
