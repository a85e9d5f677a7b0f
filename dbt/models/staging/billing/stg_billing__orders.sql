-- Order lines, each with what was paid for it: what was paid for the whole order is spread over its lines, to the cent.
{{ config(materialized='table') }}

with

source as (
    {{ newest_version('orders', ['order_id', 'line_id']) }}
),

totals as (
    select * from {{ ref('stg_billing__order_totals') }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

completed as (
    select
        {{ all_but(['customer_id', 'ordered_at', 'status', 'currency'], 'source') }},
        coalesce(source.customer_id, totals.customer_id) as customer_id_as_given,
        coalesce(source.ordered_at, totals.ordered_at) as ordered_at,
        case when totals.status = 'refunded' then totals.status else coalesce(source.status, totals.status) end as status,
        upper(coalesce(source.currency, totals.currency)) as currency,
        totals.paid,
        sum(source.amount) over (partition by source.order_id) as billed_in_all,
        sum(source.amount) over (
            partition by source.order_id
            order by source._load_id, source._source_row, source.line_id
            rows between unbounded preceding and current row
        ) as billed_so_far
    from source
    left join totals on source.order_id = totals.order_id
),

renamed as (
    select
        completed.order_id,
        completed.line_id,
        coalesce(customer_ids.customer_id, completed.customer_id_as_given) as customer_id,
        completed.ordered_at,
        {{ local_date('completed.ordered_at') }} as ordered_on,
        completed.status,
        completed.product_id,
        {{ label('completed.product_name') }} as product_name,
        {{ label('completed.product_category') }} as product_category,
        completed.quantity,
        case
            when completed.paid is null or completed.billed_in_all <= 0 then completed.amount
            else {{ paid_part('paid', 'billed_so_far', 'billed_in_all') }}
                - {{ paid_part('paid', 'billed_so_far - amount', 'billed_in_all') }}
        end as amount,
        completed.amount as amount_exported,
        completed.currency,
        {{ label('completed.campaign') }} as campaign,
        completed._source_file,
        completed._source_row,
        completed._load_id
    from completed
    left join customer_ids on completed.customer_id_as_given = customer_ids.customer_id_as_given
)

select * from renamed
