-- Guard: who pays what recurs stands in the export of customers.
with

paying as (
    select distinct customer_id
    from {{ ref('int_recurring_periods') }}
    where mrr_in_currency > 0
),

ranked as (
    select
        paying.customer_id,
        case when customers.customer_id is null then 1 else 0 end as is_unknown,
        row_number() over (
            order by case when customers.customer_id is null then 0 else 1 end, paying.customer_id
        ) as place
    from paying
    left join {{ ref('stg_billing__customers') }} as customers
        on paying.customer_id = customers.customer_id
),

final as (
    {{ guard_row(
        guard="'customers'",
        checked='count(*)',
        differing='coalesce(sum(is_unknown), 0)',
        example='case when is_unknown = 1 then customer_id end',
        warns_above_rows=var('max_share_of_strangers')
    ) }}
)

select * from final
