-- The customer that a user of the support system belongs to: the one they name, that of their organisation, or the one and only
-- with their address.
{{ config(materialized='table') }}

with

users as (
    select * from {{ ref('stg_support__users') }}
),

known as (
    select * from {{ ref('int_known_customers') }}
),

organizations as (
    select * from {{ ref('int_support_organizations') }}
),

customers as (
    select * from {{ ref('stg_billing__customers') }}
),

addresses as (
    select
        lower(email) as email,
        min(customer_id) as customer_id
    from customers
    where email is not null
    group by lower(email)
    having count(*) = 1
),

resolved as (
    select
        users.user_id,
        coalesce(known.customer_id, organizations.customer_id, addresses.customer_id) as customer_id
    from users
    left join known
        on users.customer_id = known.customer_id
    left join organizations
        on users.organization_id = organizations.organization_id
    left join addresses
        on users.email = addresses.email
),

final as (
    select * from resolved
    where customer_id is not null
)

select * from final
