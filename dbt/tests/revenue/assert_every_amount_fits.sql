{{ config(meta={'dagster': {'ref': {'name': 'int_recurring_periods'}}}) }}
-- Names each piece whose monthly value is too large or too fine for exact arithmetic (a price times a quantity times a
-- discount times a rate): it has no MRR, and nothing may be published without it.
select
    currency,
    source_table,
    source_key,
    source_file,
    source_row
from {{ ref('int_recurring_periods') }}
where
    (mrr is null or mrr_in_currency is null)
    and currency in (select currency from {{ ref('int_currency_rates') }})
