with

segments as (
    select distinct customer_id from {{ ref('int_customer_segments') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

movements as (
    select * from {{ ref('int_mrr_movements') }}
),

customer_mrr as (
    select * from {{ ref('int_customer_mrr') }}
    where valid_to is null
),

buyers as (
    select * from {{ ref('int_buyers') }}
),

lives as (
    select
        customer_id,
        min(case when movement_type = 'new' then movement_on end) as first_active_on,
        max(case when movement_type = 'churn' then movement_on end) as last_churned_on
    from movements
    group by customer_id
),

final as (
    select
        segments.customer_id,
        customers.created_on,
        customers.name,
        customers.email,
        coalesce(customers.country, '(none)') as country,
        coalesce(customers.region, '(none)') as region,
        coalesce(customers.industry, '(none)') as industry,
        coalesce(customers.company_size, '(none)') as company_size,
        coalesce(customers.segment, '(none)') as segment,
        coalesce(customers.acquisition_channel, '(none)') as acquisition_channel,
        customers.acquisition_campaign,
        customers.account_owner,
        cast(
            case
                when customer_mrr.mrr > 0 then 'active'
                when lives.first_active_on is not null then 'lost'
                when buyers.customer_id is not null then 'buyer'
                else 'never paid'
            end as {{ dbt.type_string() }}
        ) as status,
        {{ money('coalesce(customer_mrr.mrr, 0)') }} as mrr,
        customer_mrr.plan_id,
        lives.first_active_on,
        lives.last_churned_on,
        cast(coalesce(buyers.purchases, 0) as integer) as purchases,
        buyers.last_purchased_on
    from segments
    left join customers
        on segments.customer_id = customers.customer_id
    left join lives
        on segments.customer_id = lives.customer_id
    left join buyers
        on segments.customer_id = buyers.customer_id
    left join customer_mrr
        on segments.customer_id = customer_mrr.customer_id
)

select * from final
