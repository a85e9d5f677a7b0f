-- A table, not a view: read by many models.
{{ config(materialized='table') }}
{{ fingerprinted_by_day(
    ['cancel_requested_on', 'ended_on'], 'customer_id, subscription_id', where='cancel_requested_on is not null'
) }}

with

source as (
    {{ newest_version('subscriptions', ['subscription_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

final as (
    select
        source.subscription_id,
        coalesce(customer_ids.customer_id, source.customer_id) as customer_id,
        source.status,
        {{ local_date('source.started_at') }} as started_on,
        {{ local_date('coalesce(source.trial_start_at, source.started_at)') }} as trial_start_on,
        {{ local_date('source.trial_end_at') }} as trial_end_on,
        {{ local_date('source.cancel_requested_at') }} as cancel_requested_on,
        coalesce(source.cancel_at_period_end, false) as cancel_at_period_end,
        {{ local_date('source.ended_at') }} as ended_on,
        {{ label("nullif(trim(source.cancellation_reason), '')") }} as cancellation_reason,
        nullif(trim(source.cancellation_comment), '') as cancellation_comment,
        source._load_id,
        source._source_file,
        source._source_row
    from source
    left join customer_ids
        on source.customer_id = customer_ids.customer_id_as_given
)

select * from final
