-- Which known customer stands behind an id that a support system writes. A customer is who is in the customers export, is billed
-- or buys; no id of a support system makes one. A user is of the customer they name, of that of their organisation, or of the one
-- and only customer with their address; a ticket of the customer it names, of that of its organisation, or of the user who asked.
{{ config(materialized='table') }}

with

known as (
    select customer_id from {{ ref('int_customer_segments') }}
    where dimension = 'all'
),

organizations as (
    select
        organizations.organization_id,
        known.customer_id
    from {{ ref('stg_support__organizations') }} as organizations
    inner join known
        on organizations.customer_id = known.customer_id
),

addresses as (
    select
        lower(email) as email,
        min(customer_id) as customer_id
    from {{ ref('stg_billing__customers') }}
    where email is not null
    group by lower(email)
    having count(*) = 1
),

memberships as (
    {{ newest_version('memberships', ['user_id', 'organization_id']) }}
),

-- of several organisations the one that was joined last
joined_last as (
    select
        user_id,
        organization_id,
        row_number() over (
            partition by user_id order by coalesce(_version_at, _loaded_at) desc, organization_id
        ) as place
    from memberships
),

users as (
    select
        users.user_id,
        coalesce(known.customer_id, organizations.customer_id, addresses.customer_id) as customer_id
    from {{ ref('stg_support__users') }} as users
    left join joined_last
        on users.user_id = joined_last.user_id and joined_last.place = 1
    left join known
        on users.customer_id = known.customer_id
    left join organizations
        on coalesce(users.organization_id, joined_last.organization_id) = organizations.organization_id
    left join addresses
        on users.email = addresses.email
),

tickets as (
    select
        tickets.ticket_id,
        coalesce(known.customer_id, organizations.customer_id, users.customer_id) as customer_id
    from {{ ref('stg_support__tickets') }} as tickets
    left join known
        on tickets.customer_id = known.customer_id
    left join organizations
        on tickets.organization_id = organizations.organization_id
    left join users
        on tickets.user_id = users.user_id
),

final as (
    select
        'customer' as kind,
        customer_id as id,
        customer_id
    from known

    union all

    select
        'organization' as kind,
        organization_id as id,
        customer_id
    from organizations

    union all

    select
        'user' as kind,
        user_id as id,
        customer_id
    from users
    where customer_id is not null

    union all

    select
        'ticket' as kind,
        ticket_id as id,
        customer_id
    from tickets
    where customer_id is not null
)

select * from final
