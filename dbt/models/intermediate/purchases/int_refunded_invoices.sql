with

payments as (

    select * from {{ ref('stg_billing__payments') }}

),

-- failed attempts moved no money and cannot be given back
collected as (

    select
        invoice_id,
        sum(amount) as amount,
        sum(case when status = 'refunded' and refunded_amount = 0 then amount else refunded_amount end)
            as refunded_amount
    from payments
    where invoice_id is not null and status in ('succeeded', 'refunded', 'disputed')
    group by invoice_id

),

final as (

    select
        invoice_id,
        cast(amount as decimal(18, 2)) as amount,
        cast(refunded_amount as decimal(18, 2)) as refunded_amount
    from collected
    where amount > 0 and refunded_amount >= amount

)

select * from final
