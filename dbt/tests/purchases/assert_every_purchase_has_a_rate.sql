{{ config(meta={'dagster': {'ref': {'name': 'int_orders'}}}) }}
-- Names each currency that was bought or paid in but has no rate in the settings (currency.rates): such rows would
-- count as purchases of no amount.
select
    currency,
    count(*) as order_lines
from {{ ref('int_orders') }}
where currency not in (select currency from {{ ref('int_currency_rates') }})
group by currency

union all

select
    currency,
    count(*) as payments
from {{ ref('stg_billing__payments') }}
where currency not in (select currency from {{ ref('int_currency_rates') }})
group by currency
