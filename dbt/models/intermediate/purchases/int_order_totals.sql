-- What the vendor says of a whole order: who bought, and what was paid for the goods in the end. A refund is of the
-- total, with tax and shipping; the share that was paid back of it is paid back of the goods, and what is still owed was not paid.
-- A refund in the buyer's own currency is the same share of the total in that currency. What an order comes to now lacks also what
-- was taken off it before it was paid, and what came back.
{%- set whole = 'cast(greatest(coalesce(total, subtotal), subtotal) * 100 as ' ~ wide_integer() ~ ')' %}

with

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

refunds as (
    {{ newest_version('order_refunds', ['refund_id']) }}
),

totals as (
    {{ newest_version('order_totals', ['order_id']) }}
),

refunded_orders as (
    select
        refunds.order_id,
        sum(
            case
                when
                    upper(refunds.currency) <> upper(totals.currency)
                    and upper(refunds.currency) = upper(totals.buyer_currency)
                    and totals.buyer_total > 0
                    and totals.total is not null
                    then
                        {{ exact_cents(
                            'cast(refunds.amount * 100 as ' ~ wide_integer() ~ ') * cast(totals.total * 100 as ' ~ wide_integer() ~ ')',
                            'cast(totals.buyer_total * 100 as ' ~ wide_integer() ~ ')'
                        ) }}
                else refunds.amount
            end
        ) as amount
    from refunds
    left join totals on refunds.order_id = totals.order_id
    group by refunds.order_id
),

joined as (
    select
        totals.*,
        {%- set owed = "coalesce(totals.outstanding, 0) * case when totals.status in ('unpaid', 'cancelled', 'expired') then 0 else 1 end" %}
        greatest(
            greatest(coalesce(totals.refunded, 0), coalesce(refunded_orders.amount, 0)) + greatest({{ owed }}, 0),
            coalesce(totals.total - totals.current_total + {{ owed }}, 0)
        ) as paid_back
    from totals
    left join refunded_orders on totals.order_id = refunded_orders.order_id
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
