-- Guard: what was paid back is of a payment or an invoice that is exported, and not more than was paid. Else it takes from
-- collected revenue what never was in it.
with

payments as (
    select * from {{ ref('int_payments') }}
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
    where status <> 'failed' and invoice_id is not null
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

ranked as (
    select
        *,
        row_number() over (order by of_nothing_known + beyond_what_was_paid desc, example) as place
    from compared
),

final as (
    select
        'refunds' as guard,
        false as is_present,
        count(*) as rows_checked,
        coalesce(sum(case when of_nothing_known + beyond_what_was_paid > 0 then 1 else 0 end), 0) as rows_differing,
        coalesce(sum(amount_checked), 0) as amount_checked,
        coalesce(sum(of_nothing_known + beyond_what_was_paid), 0) as amount_differing,
        0 as mrr_effect,
        null as mrr_effect_month,
        0 as warns_above_rows,
        0 as warns_above_money,
        null as refuses_above_rows,
        null as refuses_above_money,
        concat(
            'of no payment that is exported: ', coalesce(sum(of_nothing_known), 0),
            '; more than was paid: ', coalesce(sum(beyond_what_was_paid), 0)
        ) as detail,
        {{ examples('case when of_nothing_known + beyond_what_was_paid > 0 then example end') }} as examples
    from ranked
)

select * from final
