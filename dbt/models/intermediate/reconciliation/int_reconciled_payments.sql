-- Guard: what the vendor says was paid of an invoice is what its payments come to. Money that was paid back since may be in
-- either. Bank transfers may have no payment, so some are tolerated.
with

payments as (
    select
        invoice_id,
        sum(amount) as amount,
        sum(case when status = 'refunded' and refunded_amount = 0 then amount else refunded_amount end) as refunded
    from {{ ref('int_payments') }}
    where status not in ('failed', 'authorized') and invoice_id is not null
    group by invoice_id
),

invoices as (
    select * from {{ ref('stg_billing__invoices') }}
    where
        coalesce(status, 'paid') in ('open', 'paid', 'uncollectible')
        and amount_paid is not null
        and exists (select 1 from payments)
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

compared as (
    select
        invoices.invoice_id,
        invoices.currency,
        invoices.issued_on,
        invoices.amount_paid,
        coalesce(payments.amount, 0) as gross,
        coalesce(payments.amount, 0) - coalesce(payments.refunded, 0) as net
    from invoices
    left join payments
        on invoices.invoice_id = payments.invoice_id
    where invoices.amount_paid <> 0 or payments.invoice_id is not null
),

valued as (
    select
        compared.invoice_id,
        {{ converted('compared.amount_paid', 'rates.rate') }} as amount_checked,
        case
            when compared.amount_paid > compared.gross
                then {{ converted('compared.amount_paid - compared.gross', 'rates.rate') }}
            else 0
        end as missing,
        case
            when compared.amount_paid < compared.net
                then {{ converted('compared.net - compared.amount_paid', 'rates.rate') }}
            else 0
        end as surplus
    from compared
    left join rates
        on compared.currency = rates.currency and {{ rate_holds_on('rates', 'compared.issued_on') }}
),

{{ money_guard(
    'payments', 'valued', 'invoice_id', {'paid without a payment': 'missing', 'payments beyond': 'surplus'},
    warns_above_rows=var('max_share_of_invoices'), warns_above_money=var('max_share_of_money')
) }}

select * from final
