-- The customer that an organisation of the support system is.
with

organizations as (
    select * from {{ ref('stg_support__organizations') }}
),

known as (
    select * from {{ ref('int_known_customers') }}
),

final as (
    select
        organizations.organization_id,
        known.customer_id
    from organizations
    inner join known
        on organizations.customer_id = known.customer_id
)

select * from final
