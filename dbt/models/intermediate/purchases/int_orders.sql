-- Order lines, each with what was paid for it: what was paid for the whole order is spread over its lines, to the cent.
{{ config(materialized='table') }}

with

lines as (
    select * from {{ ref('stg_billing__orders') }}
),

totals as (
    select * from {{ ref('int_order_totals') }}
),

completed as (
    select
        {{ all_but(['customer_id', 'ordered_at', 'status', 'currency'], 'lines') }},
        coalesce(lines.customer_id, totals.customer_id) as customer_id,
        coalesce(lines.ordered_at, totals.ordered_at) as ordered_at,
        case when totals.status = 'refunded' then totals.status else coalesce(lines.status, totals.status) end as status,
        coalesce(lines.currency, totals.currency) as currency,
        totals.paid,
        sum(lines.amount) over (partition by lines.order_id) as billed_in_all,
        sum(lines.amount) over (
            partition by lines.order_id
            order by lines._load_id, lines._source_row, lines.line_id
            rows between unbounded preceding and current row
        ) as billed_so_far
    from lines
    left join totals
        on lines.order_id = totals.order_id
),

final as (
    select
        {{ all_but(['amount', 'paid', 'billed_in_all', 'billed_so_far']) }},
        {{ local_date('ordered_at') }} as ordered_on,
        case
            when paid is null or billed_in_all <= 0 then amount
            else {{ paid_part('paid', 'billed_so_far', 'billed_in_all') }}
                - {{ paid_part('paid', 'billed_so_far - amount', 'billed_in_all') }}
        end as amount,
        amount as amount_exported
    from completed
)

select * from final
