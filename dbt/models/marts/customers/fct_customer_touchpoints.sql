-- Every contact between us and a customer, without its text.
{%- set no_ticket = 'false as is_complaint, null as response_seconds, null as resolution_seconds' %}
{%- set no_rating = 'null as score, null as scale_max' %}

with

known as (
    select customer_id from {{ ref('int_customer_segments') }}
    where dimension = 'all'
),

tickets as (
    select
        'ticket' as kind,
        ticket_id as touchpoint_id,
        customer_id,
        created_on as happened_on,
        category as topic,
        channel,
        null as campaign,
        case when answered_on is null then 'waiting' when solved_on is null then 'answered' else 'solved' end as outcome,
        coalesce(solved_on, first_response_on) as outcome_on,
        is_complaint,
        {{ epoch_seconds('first_response_at') }} - {{ epoch_seconds('created_at') }} as response_seconds,
        {{ epoch_seconds('solved_at') }} - {{ epoch_seconds('created_at') }} as resolution_seconds,
        {{ no_rating }}
    from {{ ref('int_tickets') }}
    where created_on <= {{ until_date('support') }}
),

ratings as (
    select
        'rating' as kind,
        rating_id as touchpoint_id,
        customer_id,
        rated_on as happened_on,
        kind as topic,
        channel,
        null as campaign,
        null as outcome,
        null as outcome_on,
        {{ no_ticket }},
        score,
        coalesce(scale_max, case kind when 'nps' then 10 when 'ces' then 7 else 5 end) as scale_max
    from {{ ref('int_ratings') }}
    where rated_on <= {{ until_date('support') }}
),

contacts as (
    select
        'contact' as kind,
        contact_id as touchpoint_id,
        customer_id,
        contacted_on as happened_on,
        null as topic,
        channel,
        campaign,
        case when is_outbound then 'outbound' else 'inbound' end as outcome,
        null as outcome_on,
        {{ no_ticket }},
        {{ no_rating }}
    from {{ ref('int_contacts') }}
    where contacted_on <= {{ until_date('support') }}
),

offers as (
    select
        'offer' as kind,
        offer_id as touchpoint_id,
        customer_id,
        made_on as happened_on,
        kind as topic,
        null as channel,
        campaign,
        case
            when is_holdout then 'held back'
            when accepted_on is not null then 'accepted'
            when declined_on is not null then 'declined'
            else 'open'
        end as outcome,
        case when not is_holdout then coalesce(accepted_on, declined_on) end as outcome_on,
        {{ no_ticket }},
        {{ no_rating }}
    from {{ ref('stg_billing__offers') }}
    where made_on <= {{ until_date() }}
),

touchpoints as (
    select * from tickets
    union all
    select * from ratings
    union all
    select * from contacts
    union all
    select * from offers
),

final as (
    select
        touchpoints.customer_id,
        cast(touchpoints.kind as {{ dbt.type_string() }}) as kind,
        touchpoints.touchpoint_id,
        touchpoints.happened_on,
        touchpoints.topic,
        touchpoints.channel,
        touchpoints.campaign,
        cast(touchpoints.outcome as {{ dbt.type_string() }}) as outcome,
        touchpoints.outcome_on,
        touchpoints.is_complaint,
        cast(touchpoints.response_seconds as double) / 3600 as first_response_hours,
        cast(touchpoints.resolution_seconds as double) / 3600 as resolution_hours,
        cast(touchpoints.score as double) as score,
        cast(touchpoints.scale_max as double) as scale_max
    from touchpoints
    inner join known
        on touchpoints.customer_id = known.customer_id
)

select * from final
