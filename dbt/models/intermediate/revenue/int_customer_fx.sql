-- What a change of exchange rates did to a customer's MRR on a day: what they have after it, valued at the new
-- rates and at those of the day before. Read only where rates are dated.
with

currency_mrr as (
    select * from {{ ref('int_currency_mrr') }}
    where mrr_in_currency <> 0
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

days as (
    select distinct valid_from as changed_on
    from rates
    where valid_from <= {{ until_date() }}
),

valued as (
    select
        currency_mrr.customer_id,
        currency_mrr.plan_id,
        days.changed_on,
        sum({{ valued('currency_mrr.mrr_in_currency', 'new_rates') }}) as mrr_at_new_rates,
        sum({{ valued('currency_mrr.mrr_in_currency', 'old_rates') }}) as mrr_at_old_rates
    from days
    inner join currency_mrr
        on
            days.changed_on >= currency_mrr.valid_from
            and (currency_mrr.valid_to is null or days.changed_on < currency_mrr.valid_to)
    inner join rates as new_rates
        on
            currency_mrr.currency = new_rates.currency
            and days.changed_on >= new_rates.valid_from
            and (new_rates.valid_to is null or days.changed_on < new_rates.valid_to)
    inner join rates as old_rates
        on
            currency_mrr.currency = old_rates.currency
            and days.changed_on > old_rates.valid_from
            and (old_rates.valid_to is null or days.changed_on <= old_rates.valid_to)
    group by currency_mrr.customer_id, currency_mrr.plan_id, days.changed_on
),

final as (
    select
        customer_id,
        changed_on,
        {{ money('sum(' ~ rounded_once('mrr_at_new_rates') ~ ' - ' ~ rounded_once('mrr_at_old_rates') ~ ')') }} as fx
    from valued
    group by customer_id, changed_on
)

select * from final
