-- Customers in order of MRR at the month's close, cut into ten groups that are equal but for one.
with

customer_months as (
    select * from {{ ref('fct_customer_months') }}
    where mrr_closing > 0
),

cut as (
    select
        month,
        customer_id,
        mrr_closing as mrr,
        ntile(10) over (partition by month order by mrr_closing desc, customer_id) as decile,
        row_number() over (partition by month order by mrr_closing desc, customer_id) as place,
        count(*) over (partition by month) as month_customers,
        sum(mrr_closing) over (partition by month) as month_mrr
    from customer_months
),

by_decile as (
    select
        month,
        cast(decile as integer) as decile,
        month_mrr,
        count(*) as customers,
        sum(mrr) as mrr,
        min(mrr) as smallest_mrr,
        max(mrr) as largest_mrr,
        min(case when place = 1 then customer_id end) as most_valuable_customer_id
    from cut
    group by month, decile, month_mrr
),

-- a fifth of the customers, rounded up: of 11 customers the first 3
top_fifth as (
    select
        month,
        {{ share('sum(case when place * 5 < month_customers + 5 then mrr else 0 end)', 'max(month_mrr)') }}
            as top_fifth_share
    from cut
    group by month
),

final as (
    select
        by_decile.month,
        by_decile.decile,
        cast(by_decile.customers as integer) as customers,
        {{ money('by_decile.mrr') }} as mrr,
        {{ share('by_decile.mrr', 'by_decile.month_mrr') }} as mrr_share,
        {{ share(
            'sum(by_decile.mrr) over (partition by by_decile.month order by by_decile.decile)',
            'by_decile.month_mrr'
        ) }} as cumulative_mrr_share,
        {{ money('by_decile.smallest_mrr') }} as smallest_mrr,
        {{ money('by_decile.largest_mrr') }} as largest_mrr,
        top_fifth.top_fifth_share,
        by_decile.most_valuable_customer_id
    from by_decile
    inner join top_fifth on by_decile.month = top_fifth.month
)

select * from final
