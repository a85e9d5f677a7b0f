{{ incremental_by_day(
    days_before='score_on',
    inputs=['int_bad_experiences', 'int_tickets', 'int_contacts', 'int_scored_customers'],
    spine='int_score_days',
    unique_key={'score_on': 'score_on'}
) }}

with

-- what is not covered is not known: of a morning after that, the last that is
scored as (
    select
        score_on,
        customer_id,
        {{ known_to('score_on', 'support') }} as known_to
    from {{ ref('int_scored_customers') }} as all_mornings
    where {{ is_missing('all_mornings') }}
),

bad_experiences as (
    select * from {{ ref('int_bad_experiences') }}
),

tickets as (
    select * from {{ ref('int_tickets') }}
),

-- a contact of ours is the last one until the next
contacts as (
    select
        customer_id,
        contacted_on,
        lead(contacted_on) over (partition by customer_id order by contacted_on) as next_contacted_on
    from {{ ref('int_contacts') }}
    where is_outbound
),

signals as (
    select
        scored.score_on,
        scored.customer_id,
        1 as bad_experiences_90,
        0 as unanswered,
        cast(null as date) as asked_on,
        cast(null as date) as contacted_on
    from scored
    inner join bad_experiences
        on
            scored.customer_id = bad_experiences.customer_id
            and bad_experiences.happened_on < scored.known_to
            and bad_experiences.happened_on >= {{ add_days('scored.score_on', -90) }}

    union all

    -- open for two days or more that morning, however old
    select
        scored.score_on,
        scored.customer_id,
        0 as bad_experiences_90,
        1 as unanswered,
        tickets.created_on as asked_on,
        cast(null as date) as contacted_on
    from scored
    inner join tickets
        on
            scored.customer_id = tickets.customer_id
            and tickets.created_on < {{ add_days('scored.known_to', -2) }}
            and coalesce(tickets.answered_on, scored.known_to) >= scored.known_to

    union all

    select
        scored.score_on,
        scored.customer_id,
        0 as bad_experiences_90,
        0 as unanswered,
        cast(null as date) as asked_on,
        contacts.contacted_on
    from scored
    inner join contacts
        on
            scored.customer_id = contacts.customer_id
            and contacts.contacted_on < scored.known_to
            and coalesce(contacts.next_contacted_on, scored.known_to) >= scored.known_to
),

final as (
    select
        score_on,
        customer_id,
        cast(sum(bad_experiences_90) as integer) as bad_experiences_90,
        cast(sum(unanswered) as integer) as unanswered,
        min(asked_on) as first_unanswered_on,
        max(contacted_on) as last_contacted_on
    from signals
    group by score_on, customer_id
)

select * from final
