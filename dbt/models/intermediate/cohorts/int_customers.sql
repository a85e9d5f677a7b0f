-- Customers with the day on which they begin: where an export names none, that of their first order.
{{ config(materialized='table') }}

with

customers as (
    select * from {{ ref('stg_billing__customers') }}
),

first_orders as (
    select
        customer_id,
        min(ordered_on) as ordered_on
    from {{ ref('int_orders') }}
    group by customer_id
),

final as (
    select
        {{ all_but(['created_at', 'created_on', 'is_undated'], 'customers') }},
        case
            when customers.is_undated then least(customers.created_on, first_orders.ordered_on)
            else customers.created_on
        end as created_on
    from customers
    left join first_orders
        on customers.customer_id = first_orders.customer_id
)

select * from final
