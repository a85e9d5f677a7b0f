-- Contacts with the customer they were with; some vendors write the user's id in the place of the customer's.
{{ fingerprinted_by_day(['contacted_on'], 'customer_id', where='is_outbound') }}

with

contacts as (
    select * from {{ ref('stg_support__contacts') }}
),

ids as (
    select * from {{ ref('int_support_ids') }}
),

final as (
    select
        {{ all_but(['customer_id'], 'contacts') }},
        coalesce(known.customer_id, users.customer_id) as customer_id
    from contacts
    left join ids as known
        on contacts.customer_id = known.id and known.kind = 'customer'
    left join ids as users
        on contacts.customer_id = users.id and users.kind = 'user'
)

select * from final
