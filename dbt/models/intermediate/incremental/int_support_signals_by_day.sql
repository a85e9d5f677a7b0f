-- What support learned on each day of customers who may leave.
{{ config(materialized='table') }}

with

bad_experiences as (
    select * from {{ ref('int_bad_experiences') }}
),

tickets as (
    select * from {{ ref('int_tickets') }}
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

signals as (
    select
        happened_on as day,
        {{ row_hash("'bad experience', customer_id") }} as row_fingerprint
    from bad_experiences

    union all

    select
        created_on as day,
        {{ row_hash("'asked', customer_id, ticket_id") }} as row_fingerprint
    from tickets

    union all

    select
        answered_on as day,
        {{ row_hash("'answered', customer_id, ticket_id") }} as row_fingerprint
    from tickets

    union all

    select
        contacted_on as day,
        {{ row_hash("'contacted', customer_id") }} as row_fingerprint
    from contacts
    where is_outbound
),

final as (
    select
        day,
        {{ fingerprint('row_fingerprint') }} as fingerprint
    from signals
    where day <= {{ until_date('support') }}
    group by day
)

select * from final
