-- The customers of whom a billing row was loaded, changed or taken away since the models incremental by customer were computed:
-- every version of a row counts, since a row that moved to another customer left one behind. Whoever shares a subscription
-- with them is among them.
{{ config(materialized='table') }}

with recursive

changed_rows as (
    select * from {{ ref('int_changed_billing_rows') }}
),

-- every customer of every subscription, as they are now
pairs as (
    {%- for model in [
        'int_invoice_lines', 'stg_billing__subscriptions', 'stg_billing__subscription_items',
        'stg_billing__subscription_periods',
    ] %}
    select customer_id, subscription_id from {{ ref(model) }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

shared as (
    select subscription_id
    from pairs
    group by subscription_id
    having min(customer_id) <> max(customer_id)
),

shared_pairs as (
    select
        pairs.customer_id,
        pairs.subscription_id
    from pairs
    inner join shared
        on pairs.subscription_id = shared.subscription_id
),

changed as (
    select coalesce(customer_ids.customer_id, changed_rows.customer_id) as customer_id
    from changed_rows
    left join {{ ref('stg_billing__customer_ids') }} as customer_ids
        on changed_rows.customer_id = customer_ids.customer_id_as_given

    union

    select pairs.customer_id
    from changed_rows
    inner join pairs
        on changed_rows.subscription_id = pairs.subscription_id
),

{{ closure(
    'reached',
    columns=['customer_id'],
    first='select customer_id from changed',
    following=['others.customer_id'],
    joined='inner join shared_pairs on reached.customer_id = shared_pairs.customer_id'
        ~ ' inner join shared_pairs as others on shared_pairs.subscription_id = others.subscription_id'
) }}

select distinct customer_id from reached
