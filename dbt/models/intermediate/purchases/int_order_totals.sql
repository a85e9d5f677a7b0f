-- What the vendor says of a whole order: who bought, and what was paid for the goods in the end. A refund is of the
-- total, with tax and shipping; the share that was paid back of it is paid back of the goods, and what is still owed was not paid.
{%- set whole = 'cast(greatest(coalesce(total, subtotal), subtotal) * 100 as ' ~ wide_integer() ~ ')' %}

with

source as (
    {{ newest_version('order_totals', ['order_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

refunds as (
    {{ newest_version('order_refunds', ['refund_id']) }}
),

refunded_orders as (
    select
        order_id,
        sum(amount) as amount
    from refunds
    group by order_id
),

joined as (
    select
        source.*,
        greatest(coalesce(source.refunded, 0), coalesce(refunded_orders.amount, 0))
        + greatest(coalesce(source.outstanding, 0), 0) * case when source.status in ('unpaid', 'cancelled', 'expired') then 0 else 1 end
            as paid_back
    from source
    left join refunded_orders on source.order_id = refunded_orders.order_id
),

final as (
    select
        joined.order_id,
        coalesce(customer_ids.customer_id, joined.customer_id) as customer_id,
        ordered_at,
        case
            when paid_back > 0 and paid_back * 100 >= {{ whole }} then 'refunded'
            else status
        end as status,
        upper(currency) as currency,
        subtotal,
        discount,
        case
            when {{ whole }} > 0 and paid_back > 0
                then
                    {{ exact_cents(
                        'cast(subtotal * 100 as ' ~ wide_integer() ~ ') * greatest(' ~ whole ~ ' - cast(paid_back * 100 as '
                        ~ wide_integer() ~ '), 0)',
                        whole
                    ) }}
            else subtotal
        end as paid
    from joined
    left join customer_ids
        on joined.customer_id = customer_ids.customer_id_as_given
)

select * from final
