-- Contacts with the customer they were with; some vendors write the user's id in the place of the customer's.
with

contacts as (
    select * from {{ ref('stg_support__contacts') }}
),

known as (
    select * from {{ ref('int_known_customers') }}
),

users as (
    select * from {{ ref('int_support_users') }}
),

final as (
    select
        {{ all_but(['customer_id'], 'contacts') }},
        coalesce(known.customer_id, users.customer_id) as customer_id
    from contacts
    left join known
        on contacts.customer_id = known.customer_id
    left join users
        on contacts.customer_id = users.user_id
)

select * from final
