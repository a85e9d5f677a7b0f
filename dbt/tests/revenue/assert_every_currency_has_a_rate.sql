{{ config(meta={'dagster': {'ref': {'name': 'int_recurring_periods'}}}) }}
-- Names each currency that is billed but has no rate in the settings (currency.rates): such rows have no
-- MRR, and nothing may be published without them.
select
    currency,
    count(*) as periods,
    min(source_file) as first_file,
    min(source_row) as first_row
from {{ ref('int_recurring_periods') }}
where currency not in (select currency from {{ ref('int_currency_rates') }})
group by currency
