{{ config(materialized='table') }}
{{ fingerprinted_by_day(['purchased_on'], 'customer_id') }}

with

purchase_lines as (
    select * from {{ ref('int_purchase_lines') }}
),

keyed as (
    select
        *,
        {{ purchase_id() }} as purchase_id
    from purchase_lines
),

purchases as (
    select
        purchase_id,
        customer_id,
        min(purchased_on) as purchased_on,
        min(purchased_at) as purchased_at,
        min(campaign) as campaign,
        count(distinct document_id) as documents,
        cast(sum(amount) as decimal(18, 2)) as amount
    from keyed
    group by purchase_id, customer_id
),

numbered as (
    select
        *,
        row_number() over (
            partition by customer_id
            order by purchased_on, purchased_at, purchase_id
        ) as purchase_number,
        lag(purchased_on) over (
            partition by customer_id
            order by purchased_on, purchased_at, purchase_id
        ) as previous_purchased_on
    from purchases
),

final as (
    select
        purchase_id,
        customer_id,
        purchased_on,
        purchased_at,
        cast(purchase_number as integer) as purchase_number,
        previous_purchased_on,
        cast({{ days_between('previous_purchased_on', 'purchased_on') }} as integer) as days_since_previous,
        campaign,
        cast(documents as integer) as documents,
        amount
    from numbered
)

select * from final
