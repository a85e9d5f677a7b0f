-- Guard: what was paid back is of a payment or an invoice that is exported, and not more than was paid. Else it takes from
-- collected revenue what never was in it.
with

-- what a lost dispute took is not there to be paid back
payments as (
    select
        payment_id,
        invoice_id,
        status,
        amount - coalesce(lost_amount, 0) as amount
    from {{ ref('int_payments') }}
),

refunds as (
    select
        payment_id,
        invoice_id,
        currency,
        coalesce(payment_id, invoice_id) as example,
        min(rated_on) as rated_on,
        sum(amount) as amount
    from {{ ref('int_refunds') }}
    where exists (select 1 from payments)
    group by payment_id, invoice_id, currency
),

paid as (
    select
        payment_id,
        cast(null as {{ dbt.type_string() }}) as invoice_id,
        amount
    from payments

    union all

    select
        cast(null as {{ dbt.type_string() }}) as payment_id,
        invoice_id,
        sum(amount) as amount
    from payments
    where status not in ('failed', 'authorized') and invoice_id is not null
    group by invoice_id
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

compared as (
    select
        refunds.example,
        {{ converted('refunds.amount', 'rates.rate') }} as amount_checked,
        case
            when of_payments.payment_id is null and of_invoices.invoice_id is null
                then {{ converted('refunds.amount', 'rates.rate') }}
            else 0
        end as of_nothing_known,
        case
            when refunds.amount > coalesce(of_payments.amount, of_invoices.amount)
                then {{ converted('refunds.amount - coalesce(of_payments.amount, of_invoices.amount)', 'rates.rate') }}
            else 0
        end as beyond_what_was_paid
    from refunds
    left join paid as of_payments
        on refunds.payment_id = of_payments.payment_id
    left join paid as of_invoices
        on case when refunds.payment_id is null then refunds.invoice_id end = of_invoices.invoice_id
    left join rates
        on refunds.currency = rates.currency and {{ rate_holds_on('rates', 'refunds.rated_on') }}
),

{{ money_guard(
    'refunds', 'compared', 'example',
    {'of no payment that is exported': 'of_nothing_known', 'more than was paid': 'beyond_what_was_paid'}
) }}

select * from final
