-- Guards: tickets, ratings, contacts, offers and use belong to a customer whom billing knows.
-- Events are counted by customer and day; those of nobody are in no day, so that they are counted as they were loaded.
with

known as (
    select customer_id from {{ ref('int_customer_segments') }}
    where dimension = 'all'
),

events_of_nobody as (
    select events.user_id
    from {{ source('raw', 'events') }} as events
    left join {{ ref('stg_usage__identities') }} as identities
        on events.user_id = identities.user_id
    where
        events.customer_id is null
        and identities.customer_id is null
        and not events._deleted
        and {{ known_by_as_of('events') }}
),

counted as (
    {% for table, model, key in [
        ('tickets', 'int_tickets', 'ticket_id'),
        ('ratings', 'int_ratings', 'rating_id'),
        ('contacts', 'int_contacts', 'contact_id'),
        ('offers', 'stg_billing__offers', 'offer_id'),
    ] -%}
    select
        '{{ table }}' as guard,
        {{ key }} as example,
        customer_id,
        1 as row_count
    from {{ ref(model) }}

    union all

    {% endfor -%}
    select
        'sessions' as guard,
        sessions.session_id as example,
        coalesce(sessions.customer_id, identities.customer_id) as customer_id,
        1 as row_count
    from {{ ref('stg_usage__sessions') }} as sessions
    left join {{ ref('stg_usage__identities') }} as identities
        on sessions.user_id = identities.user_id

    union all

    select
        'events' as guard,
        customer_id as example,
        customer_id,
        sum(events) as row_count
    from {{ ref('int_usage_daily') }}
    group by customer_id

    union all

    select
        'events' as guard,
        concat('user ', coalesce(user_id, 'unknown')) as example,
        null as customer_id,
        count(*) as row_count
    from events_of_nobody
    group by user_id
),

judged as (
    select
        counted.*,
        case when known.customer_id is null then counted.row_count else 0 end as unknown_rows
    from counted
    left join known
        on counted.customer_id = known.customer_id
),

ranked as (
    select
        *,
        row_number() over (partition by guard order by unknown_rows desc, example) as place
    from judged
),

final as (
    {{ guard_row(
        guard='guard',
        checked='sum(row_count)',
        differing='sum(unknown_rows)',
        example='case when unknown_rows > 0 then example end',
        warns_above_rows=var('max_share_of_strangers')
    ) }}
    group by guard
)

select * from final
