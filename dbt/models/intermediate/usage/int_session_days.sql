{{ config(materialized='table') }}

with

-- the user's customer counts only where the session itself names none
sessions as (
    select
        {{ all_but(['customer_id'], 'sessions') }},
        coalesce(sessions.customer_id, identities.customer_id) as customer_id
    from {{ ref('stg_usage__sessions') }} as sessions
    left join {{ ref('stg_usage__identities') }} as identities
        on sessions.user_id = identities.user_id
),

final as (
    select
        customer_id,
        started_on as used_on,
        cast(min_by(duration_seconds, started_at) as bigint) as first_session_seconds
    from sessions
    where customer_id is not null
    group by customer_id, started_on
)

select * from final
