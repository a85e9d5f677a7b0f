-- Tickets with the customer they belong to: the one they name, if there is such a customer, that of their organisation, that of
-- the user who asked. A ticket of nobody known has none (the check tickets_belong_to_known_customers names them).
{{ config(materialized='table') }}

with

tickets as (
    select * from {{ ref('stg_support__tickets') }}
),

ids as (
    select * from {{ ref('int_support_ids') }}
),

final as (
    select
        {{ all_but(['customer_id'], 'tickets') }},
        tickets.customer_id as customer_id_as_given,
        coalesce(known.customer_id, organizations.customer_id, users.customer_id) as customer_id
    from tickets
    left join ids as known
        on tickets.customer_id = known.id and known.kind = 'customer'
    left join ids as organizations
        on tickets.organization_id = organizations.id and organizations.kind = 'organization'
    left join ids as users
        on tickets.user_id = users.id and users.kind = 'user'
)

select * from final
