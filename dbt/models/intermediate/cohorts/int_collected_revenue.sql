-- What customers have paid, and when. Payments know refunds, so they speak where the export has any;
-- else paid invoice lines without tax; a shop that has neither has its purchases.
with

payments as (
    select * from {{ ref('stg_billing__payments') }}
),

collected as (
    select * from {{ ref('int_collected_payments') }}
),

refunds as (
    select * from {{ ref('int_refunds') }}
),

invoice_lines as (
    select {{ all_but(['amount', 'amount_billed']) }}, amount_billed as amount
    from {{ ref('int_invoice_line_amounts') }}
    where
        invoice_status = 'paid'
        and kind <> 'tax'
        and not exists (select 1 from payments)
),

purchase_lines as (
    select * from {{ ref('int_purchase_lines') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

credited_invoices as (
    select distinct invoice_id from invoice_lines
    where kind = 'credit'
),

billed as (
    select
        customer_id,
        collected_on,
        amount,
        currency,
        collected_on as rated_on
    from collected

    union all

    select
        customer_id,
        coalesce(paid_on, issued_on) as collected_on,
        amount,
        currency,
        coalesce(paid_on, issued_on) as rated_on
    from invoice_lines

    union all

    -- among lines a credit has taken the money back already; what is paid back is worth what was paid
    select
        refunds.customer_id,
        refunds.refunded_on as collected_on,
        -refunds.amount as amount,
        refunds.currency,
        refunds.rated_on
    from refunds
    left join credited_invoices
        on refunds.invoice_id = credited_invoices.invoice_id
    where
        credited_invoices.invoice_id is null
        and (exists (select 1 from collected) or exists (select 1 from invoice_lines))
),

final as (
    select
        billed.customer_id,
        billed.collected_on,
        {{ converted('billed.amount', 'rates.rate') }} as amount
    from billed
    left join rates
        on
            billed.currency = rates.currency
            and {{ rate_holds_on('rates', 'billed.rated_on') }}

    union all

    select
        customer_id,
        purchased_on as collected_on,
        amount
    from purchase_lines
    where not exists (select 1 from billed)
)

select * from final
where collected_on <= {{ until_date() }}
