-- Tickets with the customer they belong to: the one they name, if there is such a customer, that of their organisation, that of
-- the user who asked. A ticket of nobody known has none (the check tickets_belong_to_known_customers names them).
{{ config(materialized='table') }}

with

tickets as (
    select * from {{ ref('stg_support__tickets') }}
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
        {{ all_but(['customer_id'], 'tickets') }},
        tickets.customer_id as customer_id_as_given,
        coalesce(known.customer_id, organizations.customer_id, users.customer_id) as customer_id
    from tickets
    left join known
        on tickets.customer_id = known.customer_id
    left join organizations
        on tickets.organization_id = organizations.organization_id
    left join users
        on tickets.user_id = users.user_id
)

select * from final
