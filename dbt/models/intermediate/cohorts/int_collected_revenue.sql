-- What customers have paid, and when. Payments know refunds, so they speak where the export has any;
-- else paid invoice lines without tax; a shop that has neither has its purchases.
with

payments as (

    select * from {{ ref('stg_billing__payments') }}

),

invoice_lines as (

    select * from {{ ref('stg_billing__invoice_lines') }}

),

purchase_lines as (

    select * from {{ ref('int_purchase_lines') }}

),

rates as (

    select * from {{ ref('int_currency_rates') }}

),

billed as (

    select
        customer_id,
        attempted_on as collected_on,
        case when status = 'refunded' and refunded_amount = 0 then 0 else amount - refunded_amount end
            as amount,
        currency
    from payments
    where status in ('succeeded', 'refunded')

    union all

    select
        customer_id,
        coalesce(paid_on, issued_on) as collected_on,
        amount,
        currency
    from invoice_lines
    where
        invoice_status = 'paid'
        and kind <> 'tax'
        and not exists (select 1 from payments)

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
            and billed.collected_on >= coalesce(rates.valid_from, cast('0001-01-01' as date))
            and billed.collected_on < coalesce(rates.valid_to, cast('9999-12-31' as date))

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
